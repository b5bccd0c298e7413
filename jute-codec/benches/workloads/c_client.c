/*
 * The C client's own codec on the workloads, driven as the client drives it: an archive is made,
 * the record is read or written and freed, the archive is closed.
 *
 *   c_client count WORK FILE N     does the work N times
 *   c_client time WORK FILE N      prints the nanoseconds of one of N times
 *
 * FILE holds the bytes to read; work that writes ignores it.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <zookeeper/zookeeper.jute.h>

static char *input;
static int input_len;
static volatile int64_t sink;

static int32_t get_int(const char *at) {
    uint32_t value;
    memcpy(&value, at, 4);
    return (int32_t)__builtin_bswap32(value);
}

/* The record has no readOnly in 3.8.0: it is read behind it, as Apache's server does. */
static void connect_request(void) {
    struct iarchive *in = create_buffer_iarchive(input, input_len);
    struct ConnectRequest request;
    int32_t read_only = 0;
    deserialize_ConnectRequest(in, "request", &request);
    in->deserialize_Bool(in, "readOnly", &read_only);
    sink += request.sessionId + read_only;
    deallocate_ConnectRequest(&request);
    close_buffer_iarchive(&in);
}

static void connect_response(void) {
    struct iarchive *in = create_buffer_iarchive(input, input_len);
    struct ConnectResponse response;
    int32_t read_only = 0;
    deserialize_ConnectResponse(in, "response", &response);
    in->deserialize_Bool(in, "readOnly", &read_only);
    sink += response.sessionId + read_only;
    deallocate_ConnectResponse(&response);
    close_buffer_iarchive(&in);
}

static char password[16] = "sixteen bytes ..";

static void put_connect_request(void) {
    struct oarchive *out = create_buffer_oarchive();
    struct ConnectRequest request = {0, 0x100000042, 30000, 7, {16, password}};
    int32_t read_only = 0;
    int32_t prefix = 45;
    out->serialize_Int(out, "length", &prefix);
    serialize_ConnectRequest(out, "request", &request);
    out->serialize_Bool(out, "readOnly", &read_only);
    sink += get_buffer_len(out);
    close_buffer_oarchive(&out, 1);
}

static void put_connect_response(void) {
    struct oarchive *out = create_buffer_oarchive();
    struct ConnectResponse response = {0, 30000, 7, {16, password}};
    int32_t read_only = 0;
    int32_t prefix = 37;
    out->serialize_Int(out, "length", &prefix);
    serialize_ConnectResponse(out, "response", &response);
    out->serialize_Bool(out, "readOnly", &read_only);
    sink += get_buffer_len(out);
    close_buffer_oarchive(&out, 1);
}

static void frame(char *payload, int length) {
    struct iarchive *in = create_buffer_iarchive(payload, length);
    struct ReplyHeader header;
    deserialize_ReplyHeader(in, "header", &header);
    sink += header.zxid + header.err;
    switch (header.xid & 7) {
    case 0: {
        struct GetDataResponse body;
        deserialize_GetDataResponse(in, "reply", &body);
        sink += body.data.len + body.stat.mzxid;
        deallocate_GetDataResponse(&body);
        break;
    }
    case 1: {
        struct ExistsResponse body;
        deserialize_ExistsResponse(in, "reply", &body);
        sink += body.stat.mzxid;
        deallocate_ExistsResponse(&body);
        break;
    }
    case 3: {
        struct CreateResponse body;
        deserialize_CreateResponse(in, "reply", &body);
        sink += body.path[0];
        deallocate_CreateResponse(&body);
        break;
    }
    case 5: {
        struct WatcherEvent body;
        deserialize_WatcherEvent(in, "event", &body);
        sink += body.type + body.path[0];
        deallocate_WatcherEvent(&body);
        break;
    }
    }
    close_buffer_iarchive(&in);
}

static void stream(void) {
    int at = 0;
    while (at + 4 <= input_len) {
        int length = get_int(input + at);
        frame(input + at + 4, length);
        at += 4 + length;
    }
}

static void children(void) {
    struct iarchive *in = create_buffer_iarchive(input, input_len);
    struct GetChildren2Response response;
    deserialize_GetChildren2Response(in, "reply", &response);
    sink += response.children.count;
    deallocate_GetChildren2Response(&response);
    close_buffer_iarchive(&in);
}

static void multi_request(void) {
    struct iarchive *in = create_buffer_iarchive(input, input_len);
    struct MultiHeader header;
    for (;;) {
        deserialize_MultiHeader(in, "header", &header);
        if (header.done) {
            break;
        }
        switch (header.type) {
        case 1: {
            struct CreateRequest body;
            deserialize_CreateRequest(in, "op", &body);
            sink += body.flags;
            deallocate_CreateRequest(&body);
            break;
        }
        case 2: {
            struct DeleteRequest body;
            deserialize_DeleteRequest(in, "op", &body);
            sink += body.version;
            deallocate_DeleteRequest(&body);
            break;
        }
        case 5: {
            struct SetDataRequest body;
            deserialize_SetDataRequest(in, "op", &body);
            sink += body.version;
            deallocate_SetDataRequest(&body);
            break;
        }
        default: {
            struct CheckVersionRequest body;
            deserialize_CheckVersionRequest(in, "op", &body);
            sink += body.version;
            deallocate_CheckVersionRequest(&body);
        }
        }
    }
    close_buffer_iarchive(&in);
}

static void multi_response(void) {
    struct iarchive *in = create_buffer_iarchive(input, input_len);
    struct MultiHeader header;
    for (;;) {
        deserialize_MultiHeader(in, "header", &header);
        if (header.done) {
            break;
        }
        if (header.type == 1) {
            struct CreateResponse body;
            deserialize_CreateResponse(in, "result", &body);
            sink += body.path[0];
            deallocate_CreateResponse(&body);
        } else if (header.type == 5) {
            struct SetDataResponse body;
            deserialize_SetDataResponse(in, "result", &body);
            sink += body.stat.mzxid;
            deallocate_SetDataResponse(&body);
        }
    }
    close_buffer_iarchive(&in);
}

static void put_create(void) {
    static char data[1024];
    struct ACL open = {31, {"world", "anyone"}};
    struct oarchive *out = create_buffer_oarchive();
    struct RequestHeader header = {7, 1};
    struct CreateRequest request = {
        "/services/search/member-001", {sizeof data, data}, {1, &open}, 0};
    int32_t prefix = 1098;
    out->serialize_Int(out, "length", &prefix);
    serialize_RequestHeader(out, "header", &header);
    serialize_CreateRequest(out, "request", &request);
    sink += get_buffer_len(out);
    close_buffer_oarchive(&out, 1);
}

static const struct {
    const char *name;
    void (*run)(void);
} works[] = {
    {"W1", connect_request},      {"W2", connect_response}, {"W3 request", put_connect_request},
    {"W3 response", put_connect_response}, {"W4", stream},  {"W5", children},
    {"W6 request", multi_request}, {"W6 response", multi_response}, {"W7", put_create},
    {"W7 vectored", put_create},
};

static void read_input(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(2);
    }
    input_len = (int)ftell(file);
    input = malloc((size_t)input_len + 1);
    rewind(file);
    if (input == NULL || fread(input, 1, (size_t)input_len, file) != (size_t)input_len) {
        perror(path);
        exit(2);
    }
    fclose(file);
}

int main(int argc, char **argv) {
    if (argc != 5) {
        return 2;
    }
    read_input(argv[3]);
    long count = atol(argv[4]);
    for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
        if (strcmp(works[i].name, argv[2]) == 0) {
            struct timespec start, end;
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
            for (long n = 0; n < count; n++) {
                works[i].run();
            }
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
            if (strcmp(argv[1], "time") == 0) {
                printf("%f\n", ((double)(end.tv_sec - start.tv_sec) * 1e9 +
                                (double)(end.tv_nsec - start.tv_nsec)) / (double)count);
            }
            return 0;
        }
    }
    return 2;
}
