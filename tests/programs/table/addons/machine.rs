//! Addons of Node.js that are about devices, files, secrets and networks.

use crate::work::Work;

/// The rows.
pub const ALL: &[Work] = &[
    Work::node(
        "parcel-watcher-linux-x64",
        &[],
        &[],
        r#"
const watcher = require('@parcel/watcher-linux-x64-glibc');
const { mkdirSync, writeFileSync } = require('node:fs');
mkdirSync('/tmp/watched', { recursive: true });
const seen = async (error, events) => {
  console.log(events[0].type, events[0].path);
  await watcher.unsubscribe('/tmp/watched', seen, {});
};
watcher.subscribe('/tmp/watched', seen, {}).then(() => writeFileSync('/tmp/watched/new', ''));
"#,
        "create /tmp/watched/new\n",
    ),
    Work::node(
        "argon2",
        &["node-gyp-build", "phc-format"],
        &[],
        r#"
const argon2 = require('argon2');
argon2.hash('secret', { memoryCost: 1024, timeCost: 2 }).then(async (hash) => {
  console.log(hash.slice(0, 9), await argon2.verify(hash, 'secret'), await argon2.verify(hash, 'other'));
});
"#,
        "$argon2id true false\n",
    ),
    Work::node(
        "node-hid",
        &["pkg-prebuilds"],
        &["libudev1", "libcap2", "libusb-1.0-0"],
        r#"
const HID = require('node-hid');
console.log(Array.isArray(HID.devices()));
try { new HID.HID('/dev/no-such-device'); } catch (error) { console.log(error.message); }
"#,
        r#"
true
cannot open device with path /dev/no-such-device: Failed to open a device with path '/dev/no-such-device': No such file or directory
"#,
    ),
    Work::node(
        "serialport-bindings-cpp",
        &[
            "node-gyp-build",
            "debug",
            "ms",
            "serialport-parser-readline",
            "serialport-parser-delimiter",
            "serialport-bindings-interface",
        ],
        &[],
        r#"
const { LinuxBinding } = require('@serialport/bindings-cpp');
LinuxBinding.open({ path: '/dev/no-such-port', baudRate: 9600 }).catch((error) => console.log(error.message));
"#,
        "Error: No such file or directory, cannot open /dev/no-such-port\n",
    ),
    Work::node(
        "node-pty-linux-x64",
        &["lydell-node-pty"],
        &[],
        r#"
const pty = require('@lydell/node-pty');
const shell = pty.spawn('/bin/sh', ['-c', 'test -t 0 && stty size 2>/dev/null; echo a terminal: $?'], { cols: 80, rows: 24 });
let said = '';
shell.onData((data) => { said += data; });
shell.onExit(({ exitCode }) => console.log(said.trim().split(/\r?\n/).pop(), exitCode));
"#,
        "a terminal: 0 0\n",
    ),
    Work::node(
        "node-rs-argon2",
        &[],
        &[],
        r#"
const { hashSync, verifySync } = require('@node-rs/argon2-linux-x64-gnu');
const hash = hashSync('secret', { memoryCost: 1024 });
console.log(hash.slice(0, 9), verifySync(hash, 'secret'), verifySync(hash, 'other'));
"#,
        "$argon2id true false\n",
    ),
    Work::node(
        "node-rs-crc32",
        &[],
        &[],
        r#"
const { crc32, crc32c } = require('@node-rs/crc32-linux-x64-gnu');
console.log(crc32('123456789').toString(16), crc32c('123456789').toString(16));
"#,
        "cbf43926 e3069283\n",
    ),
    Work::node(
        "node-rs-xxhash",
        &[],
        &[],
        r#"
const { xxh3, xxh32 } = require('@node-rs/xxhash-linux-x64-gnu');
console.log(xxh32('abc').toString(16), xxh3.xxh64('abc').toString(16));
"#,
        "32d153ff 78af5f94892f3950\n",
    ),
    Work::node(
        "keyring-linux-x64",
        &[],
        &[],
        r#"
const { Entry } = require('@napi-rs/keyring-linux-x64-gnu');
const entry = new Entry('service', 'me');
try { console.log(entry.getPassword()); } catch (error) { console.log('no service'); }
"#,
        "null\n",
    ),
    Work::node(
        "snappy-linux-x64",
        &[],
        &[],
        r#"
const { compressSync, uncompressSync } = require('@napi-rs/snappy-linux-x64-gnu');
const text = 'ldshim '.repeat(1000);
const small = compressSync(text);
console.log(small.length < 1000, uncompressSync(small, { asBuffer: false }) === text);
"#,
        "true true\n",
    ),
    Work::node(
        "classic-level",
        &[
            "node-gyp-build",
            "abstract-level",
            "module-error",
            "buffer",
            "level-supports",
            "level-transcoder",
            "maybe-combine-errors",
            "is-buffer",
            "base64-js",
            "ieee754",
        ],
        &[],
        r#"
const { ClassicLevel } = require('classic-level');
(async () => {
  const database = new ClassicLevel('/tmp/level');
  await database.batch([{ type: 'put', key: 'b', value: '2' }, { type: 'put', key: 'a', value: '1' }]);
  for await (const [key, value] of database.iterator()) console.log(key, value);
  await database.close();
})();
"#,
        r#"
a 1
b 2
"#,
    ),
    Work::node(
        "sodium-native",
        &[
            "require-addon",
            "bare-addon-resolve",
            "bare-module-resolve",
            "bare-semver",
            "which-runtime",
        ],
        &[],
        r#"
const sodium = require('sodium-native');
const [key, nonce] = [Buffer.alloc(sodium.crypto_secretbox_KEYBYTES), Buffer.alloc(sodium.crypto_secretbox_NONCEBYTES)];
const text = Buffer.from('secret');
const box = Buffer.alloc(text.length + sodium.crypto_secretbox_MACBYTES);
sodium.crypto_secretbox_easy(box, text, nonce, key);
const again = Buffer.alloc(text.length);
console.log(sodium.crypto_secretbox_open_easy(again, box, nonce, key), again.toString());
"#,
        "true secret\n",
    ),
    Work::node(
        "zeromq",
        &["cmake-ts"],
        &[],
        r#"
const zmq = require('zeromq');
(async () => {
  const [server, client] = [new zmq.Reply(), new zmq.Request()];
  await server.bind('inproc://double');
  client.connect('inproc://double');
  await client.send('21');
  const [request] = await server.receive();
  await server.send(String(2 * request));
  console.log((await client.receive()).toString());
  server.close();
  client.close();
})();
"#,
        "42\n",
    ),
    Work::node(
        "midi",
        &["pkg-prebuilds", "tslib"],
        &["libasound2"],
        r#"
const midi = require('@julusian/midi');
try {
  console.log(new midi.Output().getPortCount());
} catch (error) {
  console.log(error.message);
}
"#,
        "Failed to initialise RtMidi\n",
    ),
    Work::node(
        "wrtc-linux-x64",
        &[],
        &[],
        r#"
const { RTCPeerConnection } = require('@roamhq/wrtc-linux-x64');
const connection = new RTCPeerConnection();
connection.createDataChannel('data');
connection.createOffer().then((offer) => {
  console.log(offer.type, offer.sdp.includes('webrtc-datachannel'));
  connection.close();
});
"#,
        "offer true\n",
    ),
    Work::node(
        "onnxruntime-node",
        &["onnxruntime-common"],
        &[],
        r#"
const ort = require('onnxruntime-node');
ort.InferenceSession.create(Buffer.from('no model')).catch((error) => console.log(error.message.slice(0, 40)));
"#,
        "Failed to load model because protobuf pa\n",
    ),
    Work::node(
        "usb",
        &[],
        &[],
        r#"
const { nativeGetDevices } = require('@node-usb/usb-linux-x64-gnu');
const ask = async () => Array.isArray(await nativeGetDevices());
// Where no /sys is, it says so.
ask().catch((error) => error.message.includes('/sys/bus/usb')).then(console.log);
"#,
        "true\n",
    ),
    Work::node(
        "bcrypt-node",
        &["node-gyp-build"],
        &[],
        r#"
const bcrypt = require('bcrypt');
bcrypt.hash('secret', 4).then(async (hash) => {
  console.log(hash.length, await bcrypt.compare('secret', hash), await bcrypt.compare('other', hash));
});
"#,
        "60 true false\n",
    ),
];
