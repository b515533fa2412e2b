//! Modules of Python for pictures, windows and games.

use crate::work::Work;

/// The rows.
pub const ALL: &[Work] = &[
    Work::python(
        "pillow",
        &[],
        &[],
        r#"
import io
from PIL import Image, ImageFilter
image = Image.new('RGB', (64, 48), 'red').resize((32, 24)).filter(ImageFilter.BLUR)
file = io.BytesIO()
image.save(file, 'JPEG')
again = Image.open(io.BytesIO(file.getvalue()))
print(again.format, again.size, again.getpixel((5, 5))[0] > 250)
"#,
        "JPEG (32, 24) True\n",
    ),
    Work::python(
        "freetype-py",
        &[],
        &[],
        r#"
import freetype
print(freetype.version() > (2, 8, 0))
try:
    freetype.Face('/tmp/work.py')
except freetype.FT_Exception as error:
    print(error)
"#,
        r#"
True
FT_Exception:  (unknown file format)
"#,
    ),
    Work::python(
        "uharfbuzz",
        &[],
        &["libgcc-s1", "libstdc++6"],
        r#"
import uharfbuzz
buffer = uharfbuzz.Buffer()
buffer.add_str('قلم')
buffer.guess_segment_properties()
print(buffer.direction, buffer.script, len(buffer))
"#,
        "rtl Arab 3\n",
    ),
    Work::python(
        "matplotlib",
        &[
            "numpy",
            "contourpy",
            "cycler",
            "fonttools",
            "kiwisolver",
            "packaging",
            "pillow",
            "pyparsing",
            "python-dateutil",
            "six",
        ],
        &["libgcc-s1", "libstdc++6"],
        r#"
import matplotlib
matplotlib.use('agg')
from matplotlib import pyplot
pyplot.plot([1, 2, 3])
pyplot.savefig('/tmp/plot.png')
print(open('/tmp/plot.png', 'rb').read(4))
"#,
        "b'\\x89PNG'\n",
    ),
    Work::python(
        "opencv-python",
        &["numpy"],
        &[
            "libgl1",
            "libglvnd0",
            "libglx0",
            "libx11-6",
            "libxcb1",
            "libxau6",
            "libxdmcp6",
            "libbsd0",
            "libmd0",
            "libxext6",
            "libgcc-s1",
            "libglib2.0-0",
            "libpcre2-8-0",
            "libstdc++6",
        ],
        r#"
import cv2
import numpy
image = numpy.zeros((48, 64, 3), numpy.uint8)
cv2.putText(image, 'A', (10, 40), cv2.FONT_HERSHEY_SIMPLEX, 1, (255, 255, 255))
print(cv2.GaussianBlur(image, (5, 5), 0).max() > 0, 'QT' in cv2.getBuildInformation())
"#,
        "True True\n",
    ),
    Work::python(
        "opencv-python-headless",
        &["numpy"],
        &["libgcc-s1", "libstdc++6"],
        r#"
import cv2
import numpy
image = numpy.zeros((48, 64, 3), numpy.uint8)
cv2.circle(image, (32, 24), 10, (255, 255, 255), -1)
ok, png = cv2.imencode('.png', image)
again = cv2.imdecode(png, cv2.IMREAD_GRAYSCALE)
contours, _ = cv2.findContours(again, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
print(ok, len(contours), cv2.boundingRect(contours[0]))
"#,
        "True 1 (22, 14, 21, 21)\n",
    ),
    Work::python(
        "pyside6",
        &["shiboken6"],
        &[
            "libegl1",
            "libgl1",
            "libglvnd0",
            "libglx0",
            "libx11-6",
            "libxcb1",
            "libxau6",
            "libxdmcp6",
            "libbsd0",
            "libmd0",
            "libdbus-1-3",
            "libsystemd0",
            "libfontconfig1",
            "libfreetype6",
            "libpng16-16",
            "libbrotli1",
            "libgcc-s1",
            "libzstd1",
            "libcap2",
            "liblz4-1",
            "libgcrypt20",
            "libgpg-error0",
            "libglib2.0-0",
            "libpcre2-8-0",
            "libstdc++6",
            "libxkbcommon0",
        ],
        r#"
import os
os.environ['QT_QPA_PLATFORM'] = 'offscreen'
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QPushButton
application = QApplication([])
pressed = []
button = QPushButton('press')
button.clicked.connect(lambda: pressed.append('pressed'))
button.click()
image = QImage(8, 8, QImage.Format.Format_RGB32)
painter = QPainter(image)
painter.fillRect(image.rect(), QColor('red'))
painter.end()
print(pressed, image.pixelColor(3, 3).name())
"#,
        "['pressed'] #ff0000\n",
    ),
    Work::python(
        "pygame-ce",
        &[],
        &["libgcc-s1", "libstdc++6"],
        r#"
import os
os.environ.update(SDL_VIDEODRIVER='dummy', SDL_AUDIODRIVER='dummy', PYGAME_HIDE_SUPPORT_PROMPT='1')
import pygame
pygame.init()
screen = pygame.display.set_mode((64, 48))
pygame.draw.circle(screen, 'red', (32, 24), 10)
pygame.image.save(screen, '/tmp/screen.png')
print(pygame.image.load('/tmp/screen.png').get_at((32, 24))[:3], pygame.mixer.get_init() is not None)
"#,
        "(255, 0, 0) True\n",
    ),
    Work::python(
        "panda3d",
        &[],
        &[
            "libegl1",
            "libgl1",
            "libglvnd0",
            "libglx0",
            "libx11-6",
            "libxcb1",
            "libxau6",
            "libxdmcp6",
            "libbsd0",
            "libmd0",
            "libfontconfig1",
            "libfreetype6",
            "libpng16-16",
            "libbrotli1",
            "libgcc-s1",
            "libglib2.0-0",
            "libpcre2-8-0",
            "libstdc++6",
        ],
        r#"
from panda3d.core import GraphicsEngine, LVector3, NodePath, loadPrcFileData
loadPrcFileData('', 'window-type none')
node = NodePath('a')
node.setPos(1, 2, 3)
node.setH(90)
print(node.getMat().xformPoint(LVector3(1, 0, 0)))
print(type(GraphicsEngine.getGlobalPtr()).__name__)
"#,
        r#"
LVecBase3f(0.99999994, 3, 3)
GraphicsEngine
"#,
    ),
    Work::python(
        "glfw",
        &[],
        &[],
        r#"
import glfw
print(glfw.get_version()[0], glfw.get_version_string().decode().split()[1])
"#,
        "3 X11\n",
    ),
];
