//! Modules of Python for networks, databases and secrets.

use crate::work::Work;

/// The rows.
pub const ALL: &[Work] = &[
    Work::python(
        "cryptography",
        &["cffi", "pycparser"],
        &["libgcc-s1"],
        r#"
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
box = Fernet(b'A' * 43 + b'=')
print(box.decrypt(box.encrypt(b'secret')))
key = Ed25519PrivateKey.from_private_bytes(bytes(32))
key.public_key().verify(key.sign(b'text'), b'text')
try:
    box.decrypt(b'wrong')
except InvalidToken:
    print('refused')
"#,
        r#"
b'secret'
refused
"#,
    ),
    Work::python(
        "bcrypt",
        &[],
        &["libgcc-s1"],
        r#"
import bcrypt
hashed = bcrypt.hashpw(b'secret', b'$2b$04$' + b'abcdefghijklmnopqrstuu')
print(hashed.decode())
print(bcrypt.checkpw(b'secret', hashed), bcrypt.checkpw(b'other', hashed))
"#,
        r#"
$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW
True False
"#,
    ),
    Work::python(
        "pynacl",
        &["cffi", "pycparser"],
        &[],
        r#"
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nacl.signing import SigningKey
box = SecretBox(bytes(32))
print(box.decrypt(box.encrypt(b'secret', bytes(24))))
print(SigningKey(bytes(32)).verify_key.encode().hex())
try:
    box.decrypt(bytes(60))
except CryptoError:
    print('refused')
"#,
        r#"
b'secret'
3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29
refused
"#,
    ),
    Work::python(
        "pycryptodome",
        &[],
        &[],
        r#"
from Crypto.Cipher import AES
from Crypto.Hash import SHA3_256
cipher = AES.new(bytes(16), AES.MODE_GCM, nonce=bytes(12))
text, tag = cipher.encrypt_and_digest(b'secret')
print(AES.new(bytes(16), AES.MODE_GCM, nonce=bytes(12)).decrypt_and_verify(text, tag))
print(SHA3_256.new(b'abc').hexdigest()[:16])
"#,
        r#"
b'secret'
3a985da74fe225b2
"#,
    ),
    Work::python(
        "grpcio",
        &["typing_extensions"],
        &["libstdc++6", "libgcc-s1"],
        r#"
from concurrent import futures
import grpc
class Echo(grpc.GenericRpcHandler):
    def service(self, details):
        return grpc.unary_unary_rpc_method_handler(lambda request, context: request[::-1])
server = grpc.server(futures.ThreadPoolExecutor(2))
server.add_generic_rpc_handlers([Echo()])
server.add_insecure_port('unix:/tmp/echo.sock')
server.start()
with grpc.insecure_channel('unix:/tmp/echo.sock') as channel:
    print(channel.unary_unary('/echo/Back')(b'olleh', timeout=20))
server.stop(None).wait()
"#,
        "b'hello'\n",
    ),
    Work::python(
        "httptools",
        &[],
        &[],
        r#"
import httptools
class Handler:
    def on_header(self, name, value):
        print(name.decode(), value.decode())
    def on_body(self, body):
        print(body)
parser = httptools.HttpRequestParser(Handler())
parser.feed_data(b'POST /a HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\n\r\nhi')
print(parser.get_method(), parser.get_http_version())
"#,
        r#"
Host b
Content-Length 2
b'hi'
b'POST' 1.1
"#,
    ),
    Work::python(
        "uvloop",
        &[],
        &[],
        r#"
import asyncio
import uvloop
async def serve(reader, writer):
    writer.write((await reader.readline()).upper())
    writer.close()
async def main():
    server = await asyncio.start_unix_server(serve, '/tmp/upper.sock')
    reader, writer = await asyncio.open_unix_connection('/tmp/upper.sock')
    writer.write(b'hello\n')
    print(type(asyncio.get_running_loop()).__module__, await reader.readline())
    server.close()
uvloop.run(main())
"#,
        "uvloop b'HELLO\\n'\n",
    ),
    Work::python(
        "pyzmq",
        &[],
        &["libgcc-s1", "libstdc++6"],
        r#"
import threading
import zmq
context = zmq.Context()
server = context.socket(zmq.REP)
server.bind('inproc://double')
def serve():
    server.send_json(2 * server.recv_json())
thread = threading.Thread(target=serve)
thread.start()
client = context.socket(zmq.REQ)
client.connect('inproc://double')
client.send_json(21)
print(client.recv_json())
thread.join()
context.destroy()
"#,
        "42\n",
    ),
    Work::python(
        "hiredis",
        &[],
        &[],
        r#"
import hiredis
reader = hiredis.Reader()
reader.feed(b'*3\r\n$5\r\nhello\r\n:42\r\n-ERR no\r\n')
print(reader.gets(), hiredis.pack_command(('SET', 'a', 1)))
"#,
        "[b'hello', 42, ReplyError('ERR no')] b'*3\\r\\n$3\\r\\nSET\\r\\n$1\\r\\na\\r\\n$1\\r\\n1\\r\\n'\n",
    ),
    Work::python(
        "confluent-kafka",
        &[],
        &[],
        r#"
from confluent_kafka import KafkaException, Producer
producer = Producer({'bootstrap.servers': 'localhost:1', 'log_level': 0})
producer.produce('topic', b'value')
print(len(producer) > 0, producer.flush(0.1) > 0)
try:
    Producer({'no.such.setting': 1})
except KafkaException as error:
    print(error.args[0].str())
"#,
        r#"
True True
No such configuration property: "no.such.setting"
"#,
    ),
    Work::python(
        "psycopg2",
        &[],
        &[],
        r#"
import psycopg2
from psycopg2 import extensions, sql
print(extensions.make_dsn(host='/tmp', dbname='a b'))
print(extensions.adapt("it's").getquoted())
try:
    psycopg2.connect(host='/tmp/nobody', user='me')
except psycopg2.OperationalError as error:
    print(str(error).splitlines()[0])
"#,
        r#"
host=/tmp dbname='a b'
b"'it''s'"
connection to server on socket "/tmp/nobody/.s.PGSQL.5432" failed: No such file or directory
"#,
    ),
    Work::python(
        "pymongo",
        &["dnspython"],
        &[],
        r#"
import bson
from bson import Decimal128, ObjectId
data = {'_id': ObjectId('0123456789abcdef01234567'), 'price': Decimal128('1.10'), 'tags': ['a', 1, None]}
packed = bson.encode(data)
print(len(packed), bson.decode(packed) == data, bson.has_c())
"#,
        "75 True True\n",
    ),
    Work::python(
        "asyncpg",
        &[],
        &[],
        r#"
from asyncpg.pgproto import pgproto
print(pgproto.UUID('12345678123456781234567812345678'))
import asyncpg.protocol.protocol as protocol
print(protocol.BUILTIN_TYPE_NAME_MAP['int4'])
"#,
        r#"
12345678-1234-5678-1234-567812345678
23
"#,
    ),
    Work::python(
        "apsw",
        &[],
        &[],
        r#"
import apsw
database = apsw.Connection(':memory:')
database.create_scalar_function('twice', lambda number: 2 * number)
database.execute("create table t(a); insert into t values (1), (20)")
print(database.execute('select sum(twice(a)) from t').fetchall())
print(database.execute("select json_extract('{\"a\": [1, 2]}', '$.a[1]')").fetchall())
"#,
        r#"
[(42,)]
[(2,)]
"#,
    ),
    Work::python(
        "duckdb",
        &[],
        &["libgcc-s1", "libstdc++6"],
        r#"
import duckdb
print(duckdb.sql("select city, sum(n)::int total from (values ('a', 1), ('b', 2), ('a', 40)) t(city, n) group by city order by city").fetchall())
"#,
        "[('a', 41), ('b', 2)]\n",
    ),
    Work::python(
        "pygit2",
        &["cffi", "pycparser"],
        &[],
        r#"
import os
os.environ['SSL_CERT_DIR'] = '/tmp'
import pygit2
repository = pygit2.init_repository('/tmp/repository')
blob = repository.create_blob(b'hello')
tree = repository.TreeBuilder()
tree.insert('file', blob, pygit2.enums.FileMode.BLOB)
me = pygit2.Signature('me', 'me@example.org', 0, 0)
commit = repository.create_commit('HEAD', me, me, 'first', tree.write(), [])
print(blob, repository[commit].message, repository[commit].tree['file'].data)
"#,
        "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0 first b'hello'\n",
    ),
];
