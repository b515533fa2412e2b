//! Modules of Python that are about the machine and the process.

use crate::work::Work;

/// The rows.
pub const ALL: &[Work] = &[
    Work::python(
        "cffi",
        &["pycparser"],
        &[],
        r#"
import cffi
ffi = cffi.FFI()
ffi.cdef('int toupper(int c); typedef int (*compare)(const void *, const void *); void qsort(void *, size_t, size_t, compare);')
libc = ffi.dlopen(None)
print(chr(libc.toupper(ord('a'))))
numbers = ffi.new('int[]', [3, 1, 2])
@ffi.callback('int(const void *, const void *)')
def compare(a, b):
    return ffi.cast('int *', a)[0] - ffi.cast('int *', b)[0]
libc.qsort(numbers, 3, ffi.sizeof('int'), compare)
print(list(numbers))
"#,
        r#"
A
[1, 2, 3]
"#,
    ),
    Work::python(
        "greenlet",
        &[],
        &["libgcc-s1", "libstdc++6"],
        r#"
from greenlet import greenlet
said = []
def ping():
    for number in range(3):
        said.append(f'ping {number}')
        other.switch()
def pong():
    while True:
        said.append('pong')
        one.switch()
one, other = greenlet(ping), greenlet(pong)
one.switch()
print(*said, sep=', ')
"#,
        "ping 0, pong, ping 1, pong, ping 2, pong\n",
    ),
    Work::python(
        "psutil",
        &[],
        &[],
        r#"
import os
import psutil
process = psutil.Process()
print(process.pid == os.getpid(), process.name().startswith('python3'), psutil.virtual_memory().total > 0)
print(any(it.path.startswith('/w/psutil/') for it in process.memory_maps()))
"#,
        r#"
True True True
True
"#,
    ),
    Work::python(
        "setproctitle",
        &[],
        &[],
        r#"
import setproctitle
setproctitle.setproctitle('a new name')
print(open('/proc/self/cmdline').read().rstrip('\0'), setproctitle.getproctitle())
"#,
        "a new name a new name\n",
    ),
    Work::python(
        "python-rtmidi",
        &[],
        &["libasound2", "libgcc-s1", "libstdc++6"],
        r#"
import rtmidi
try:
    print(rtmidi.MidiOut(rtmidi.API_LINUX_ALSA).get_ports())
except rtmidi.SystemError as error:
    print(type(error).__name__)
print(rtmidi.API_LINUX_ALSA in rtmidi.get_compiled_api())
"#,
        r#"
SystemError
True
"#,
    ),
    Work::python(
        "llvmlite",
        &[],
        &["libgcc-s1", "libstdc++6"],
        r#"
import ctypes
from llvmlite import binding
for start in (binding.initialize_native_target, binding.initialize_native_asmprinter):
    start()
module = binding.parse_assembly('define i32 @add(i32 %a, i32 %b) { %c = add i32 %a, %b ret i32 %c }')
machine = binding.Target.from_default_triple().create_target_machine()
engine = binding.create_mcjit_compiler(module, machine)
engine.finalize_object()
print(ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int)(engine.get_function_address('add'))(40, 2))
"#,
        "42\n",
    ),
];
