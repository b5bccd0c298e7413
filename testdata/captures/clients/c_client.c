/* The C client (libzookeeper_mt), driven by lines on standard input; the
 * commands are those of kazoo_client.py. */

#define THREADED
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zookeeper/zookeeper.h>

static zhandle_t *handle;

static void say_session(const char *word, zhandle_t *zh) {
  const clientid_t *id = zoo_client_id(zh);
  char password[33];
  for (int i = 0; i < 16; i++) sprintf(password + 2 * i, "%02x", (unsigned char)id->passwd[i]);
  printf("%s %llx %s\n", word, (unsigned long long)id->client_id, password);
  fflush(stdout);
}

static void say(const char *word) {
  puts(word);
  fflush(stdout);
}

static void watcher(zhandle_t *zh, int type, int state, const char *path, void *context) {
  (void)context;
  if (type != ZOO_SESSION_EVENT) {
    printf("watch %d %s\n", type, path);
    fflush(stdout);
  } else if (state == ZOO_CONNECTED_STATE) {
    say_session("connected", zh);
  } else if (state == ZOO_READONLY_STATE) {
    say_session("readonly", zh);
  } else if (state == ZOO_EXPIRED_SESSION_STATE) {
    say("expired");
  } else if (state == ZOO_AUTH_FAILED_STATE) {
    say("authfailed");
  } else if (state == ZOO_CONNECTING_STATE) {
    say("suspended");
  }
}

static void on_auth(int code, const void *data) {
  (void)data;
  printf(code ? "failed auth %d\n" : "done auth\n", code);
  fflush(stdout);
}

static int connect_to(const char *rest) {
  static clientid_t id;
  char host[64], session[32], password[64], mode[8];
  int timeout;
  if (sscanf(rest, "%63s %d %31s %63s %7s", host, &timeout, session, password, mode) != 5) return ZBADARGUMENTS;
  if (session[0] != '-') {
    id.client_id = (int64_t)strtoull(session, NULL, 16);
    for (int i = 0; i < 16; i++) {
      unsigned byte = 0;
      sscanf(password + 2 * i, "%2x", &byte);
      id.passwd[i] = (char)byte;
    }
  }
  handle = zookeeper_init(host, watcher, timeout, session[0] != '-' ? &id : NULL, NULL,
                          strcmp(mode, "ro") ? 0 : ZOO_READONLY);
  return handle ? ZOK : ZSYSTEMERROR;
}

static int multi(const char *path) {
  char created[64];
  zoo_op_t ops[3];
  zoo_op_result_t results[3];
  struct Stat stat;
  zoo_create_op_init(&ops[0], path, "one", 3, &ZOO_OPEN_ACL_UNSAFE, 0, created, sizeof created);
  zoo_set_op_init(&ops[1], path, "two", 3, -1, &stat);
  zoo_delete_op_init(&ops[2], path, -1);
  return zoo_multi(handle, 3, ops, results);
}

int main(void) {
  char line[256], name[16], path[64], data[64], kind[16], buffer[1024];
  int offset, length, code;
  struct Stat stat;
  struct String_vector children;
  zoo_set_debug_level(0);
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "%15s %n", name, &offset) != 1) continue;
    path[0] = data[0] = kind[0] = 0;
    sscanf(line + offset, "%63s %63s %15s", path, data, kind);
    length = sizeof buffer;
    if (!strcmp(name, "connect")) {
      code = connect_to(line + offset);
    } else if (!strcmp(name, "auth")) {
      code = zoo_add_auth(handle, path, data, (int)strlen(data), on_auth, NULL);
      if (!code) continue;
    } else if (!strcmp(name, "create")) {
      code = zoo_create(handle, path, data, (int)strlen(data), &ZOO_OPEN_ACL_UNSAFE,
                        strcmp(kind, "ephemeral") ? 0 : ZOO_EPHEMERAL, buffer, sizeof buffer);
    } else if (!strcmp(name, "exists")) {
      code = zoo_wexists(handle, path, watcher, NULL, &stat);
      if (code == ZNONODE) code = ZOK;
    } else if (!strcmp(name, "get")) {
      code = zoo_get(handle, path, 0, buffer, &length, &stat);
    } else if (!strcmp(name, "set")) {
      code = zoo_set(handle, path, data, (int)strlen(data), -1);
    } else if (!strcmp(name, "children")) {
      code = zoo_get_children2(handle, path, 0, &children, &stat);
      if (!code) deallocate_String_vector(&children);
    } else if (!strcmp(name, "multi")) {
      code = multi(path);
    } else if (!strcmp(name, "delete")) {
      code = zoo_delete(handle, path, -1);
    } else if (!strcmp(name, "close")) {
      code = zookeeper_close(handle);
      handle = NULL;
    } else {
      code = ZUNIMPLEMENTED;
    }
    if (code) {
      printf("failed %s %d\n", name, code);
    } else {
      printf("done %s\n", name);
    }
    fflush(stdout);
  }
  return 0;
}
