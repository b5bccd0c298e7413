// The node-zookeeper-client client, driven by lines on standard input; the
// commands are those of kazoo_client.py, without auth and multi.
'use strict';

const readline = require('readline');
const zookeeper = require('node-zookeeper-client');

let client;

const say = (...words) => process.stdout.write(words.join(' ') + '\n');
const session = () =>
    client.getSessionId().toString('hex').replace(/^0+/, '') + ' ' + client.getSessionPassword().toString('hex');
const onWatch = (event) => say('watch', event.getName(), event.getPath());

const commands = {
    connect(hosts, timeout, id, password, mode, done) {
        client = zookeeper.createClient(hosts, { sessionTimeout: Number(timeout), spinDelay: 200 });
        client.on('connected', () => say('connected', session()));
        client.on('connectedReadOnly', () => say('readonly', session()));
        client.on('disconnected', () => say('suspended'));
        client.on('expired', () => say('expired'));
        client.connect();
        done();
    },
    create: (path, data, kind, done) => client.create(
        path,
        Buffer.from(data),
        kind === 'ephemeral' ? zookeeper.CreateMode.EPHEMERAL : zookeeper.CreateMode.PERSISTENT,
        done),
    exists: (path, done) => client.exists(path, onWatch, done),
    get: (path, done) => client.getData(path, done),
    set: (path, data, done) => client.setData(path, Buffer.from(data), done),
    children: (path, done) => client.getChildren(path, done),
    delete: (path, done) => client.remove(path, done),
    close(done) {
        client.once('disconnected', () => done());
        client.close();
    },
};

readline.createInterface({ input: process.stdin }).on('line', (line) => {
    const [name, ...words] = line.trim().split(' ');
    commands[name](...words, (error) => (error ? say('failed', name, error.name) : say('done', name)));
}).on('close', () => process.exit(0));
