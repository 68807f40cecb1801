"""host.py: runs a program and notes when its output arrives; the command lines of the emulators."""
import bisect, glob, os, re, select, shutil, signal, subprocess, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(ROOT, os.environ.get('BUILD', 'build'))
OCHENTA = os.path.join(BUILD, 'ochenta')
QEMU = 'qemu-system-i386'
ENGINES = {'jit': 'jit', 'interp': 'interp'}  # column -> engine
BOCHS_ROMS = '/usr/share/bochs/BIOS-bochs-latest', '/usr/share/bochs/VGABIOS-lgpl-latest'
BOCHS = """config_interface: textconfig
display_library: rfb, options="timeout=0"
romimage: file={roms[0]}
vgaromimage: file={roms[1]}
megs: 32
cpu: model=p4_willamette, ips=50000000
clock: sync=none
ata0-master: type=disk, path={image}, mode=volatile, cylinders=0
boot: disk
com1: enabled=1, mode=file, dev=/proc/self/fd/3
log: {folder}/log
panic: action=fatal
error: action=ignore
speaker: enabled=0
"""


class LeftOut(Exception):
    """Why a part cannot run here."""


class Output:
    """What a program wrote, the seconds since its start at which each piece of it arrived, the processor time that it had used by
    then, and its peak memory."""

    def __init__(self):
        self.text, self.complete, self.rss_mb = '', False, None
        self.ends, self.times, self.cpu_times = [], [], []

    def add(self, data, seconds, cpu_seconds):
        self.text += data.decode('latin1')
        self.ends.append(len(self.text))
        self.times.append(seconds)
        self.cpu_times.append(cpu_seconds)

    def between(self, first, last):
        """Seconds from the arrival of one character to that of another, by the clock and by processor time."""
        a, b = (bisect.bisect_right(self.ends, position) for position in (first, last))
        return {'seconds': self.times[b] - self.times[a], 'cpu': self.cpu_times[b] - self.cpu_times[a]}


def cpu_seconds(pid):
    """What all threads of a process have used, in the kernel's nanoseconds."""
    total = 0
    for path in glob.glob('/proc/%d/task/*/schedstat' % pid):
        try:
            with open(path) as f:
                total += int(f.read().split()[0])
        except (OSError, IndexError):
            pass  # a thread that has just ended
    return total / 1e9


def watch(argv, until, limit, **options):
    """Runs argv until its output has the pattern `until` (searched in the last 4 KB), then ends it."""
    output, start = Output(), time.monotonic()
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True, **options)
    try:
        while not output.complete and time.monotonic() - start < limit:
            if not select.select([child.stdout], [], [], 1)[0]:
                continue
            data = os.read(child.stdout.fileno(), 4096)
            if not data:
                break
            output.add(data, time.monotonic() - start, cpu_seconds(child.pid))
            output.complete = bool(re.search(until, output.text[-4096 - len(data):]))
    finally:
        output.rss_mb = end(child)
    return output


def end(child):
    """Ends a program that was started as the leader of its session; its peak memory in MB."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    usage = os.wait4(child.pid, 0)[2]
    child.returncode = 0
    child.stdout.close()
    return usage.ru_maxrss / 1024


def has_engine(engine):
    """Whether the program was built with it: otherwise it refuses the option."""
    argv = [OCHENTA, '--headless', '--engine', engine, '--demo', '--timeout', '0.001']
    return subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 2


def bochs_program():
    return shutil.which('bochs-bin') or shutil.which('bochs')


def columns():
    """What can be measured here, in the order of the table."""
    found = ['native'] if os.uname().machine == 'x86_64' else []
    found += ['qemu'] if shutil.which(QEMU) else []
    found += ['bochs'] if bochs_program() and all(map(os.path.exists, BOCHS_ROMS)) else []
    return found + [column for column, engine in ENGINES.items() if has_engine(engine)]


def ochenta(column, megabytes, *options):
    return [OCHENTA, '--headless', '--engine', ENGINES[column], '-m', '%dM' % megabytes, *options]


def qemu(megabytes, *options, monitor='none', serial='stdio'):
    return [QEMU, '-accel', 'tcg', '-m', str(megabytes), '-display', 'none', '-monitor', monitor, '-serial', serial, '-nic', 'none', '-no-reboot', *options]


def disk(column, image, folder):
    """The command that boots a hard disk image and whose standard output is COM1."""
    if column == 'qemu':
        return qemu(32, '-drive', 'file=%s,format=raw,if=ide,snapshot=on' % image)
    if column in ENGINES:
        return ochenta(column, 32, '--disk', image + ',snapshot')
    settings, commands = os.path.join(folder, 'bochsrc'), os.path.join(folder, 'continue')
    with open(settings, 'w') as f:
        f.write(BOCHS.format(image=image, folder=folder, roms=BOCHS_ROMS))
    with open(commands, 'w') as f:
        f.write('c\n')
    return ['sh', '-c', 'exec 3>&1 >/dev/null; exec %s -q -f %s -rc %s' % (bochs_program(), settings, commands)]


def forget_failures():
    """Packages that could not be had in an earlier run are asked for again."""
    for path in glob.glob(os.path.join(BUILD, 'guests/*.failed')) + glob.glob(os.path.join(BUILD, 'guests/offline')):
        os.unlink(path)


def package(name, path):
    """A file of a Debian package, through tests/guest/fetch.sh; None if it cannot be had."""
    if glob.glob(os.path.join(BUILD, 'guests/apt/lists/*_Packages*')):
        forget_failures()  # some of the lists came: the package may be in them
    script = '. tests/guest/fetch.sh; package "$1" "$2"'
    environment = dict(os.environ, BUILD=os.path.relpath(BUILD, ROOT))
    found = subprocess.run(['sh', '-c', script, 'sh', name, path], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True).stdout.strip()
    return found or None


def guest_folder():
    return os.environ.get('OCHENTA_GUESTS', os.path.join(ROOT, '../shared/guests'))


def version(argv):
    try:
        return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True).stdout.split('\n')[0]
    except OSError:
        return None


def description():
    """The host and the programs, for the record."""
    cpu = re.search(r'model name\s*: (.*)', open('/proc/cpuinfo').read())
    commit = version(['git', '-C', ROOT, 'rev-parse', '--short', 'HEAD'])
    return {'date': time.strftime('%Y-%m-%d'), 'cpu': cpu[1] if cpu else os.uname().machine, 'processors': os.cpu_count(),
            'load': os.getloadavg()[0], 'ochenta': commit or '', 'qemu': version([QEMU, '--version']), 'compiler': version(['gcc', '--version'])}
