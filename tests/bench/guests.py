"""guests.py: whole systems. The Linux benchmark guest of OCHENTA_BENCH (../shared/bench beside the source tree), and the host time
from the start of an emulator to FreeDOS's prompt, to Linux's init, and to the first dialog of Debian's installer."""
import glob, json, os, re, shutil, subprocess, sys, time

import host

BENCHMARKS = 'int sieve sha256 mem fpx87 fpsse interp fib getpid int80 pipe forkexec pagefault selfmod gzip'.split()
PEERS = {'native': 'native', 'qemu': 'qemu', 'jit': 'ochenta', 'interp': 'interp'}  # column -> name in run-peers.py
TITLES = {'dos': 'power-on to FreeDOS `A:\\>`', 'init': 'Linux kernel to init', 'installer': 'Debian installer to its first dialog',
          'boot': 'CD to init', 'alu': 'boot sector: registers', 'memory': 'boot sector: loads and stores'}
APPEND = 'console=ttyS0,115200 mitigations=off quiet'
INSTALLER = '/usr/lib/debian-installer/images/12/i386/text/debian-installer/i386/'


def linux_kernel():
    """Debian's kernel for the 686: linux-image-686 only depends on the package that has it."""
    host.package('linux-image-686:i386', '/none')
    for deb in glob.glob(os.path.join(host.BUILD, 'guests/linux-image-686:i386/deb/*.deb')):
        depends = subprocess.run(['dpkg-deb', '-f', deb, 'Depends'], stdout=subprocess.PIPE, text=True).stdout
        name = re.search(r'linux-image-\d\S*-686', depends)
        if name:
            return host.package(name[0] + ':i386', '/boot/vmlinuz-*-686')
    return None


def linux_files():
    """The kernel and a busybox."""
    files = linux_kernel(), host.package('busybox-static:i386', '/bin/busybox')
    if not all(files):
        raise host.LeftOut("Debian's linux-image-686:i386 or busybox-static:i386 cannot be had")
    return files


# --- the benchmark guest ---------------------------------------------------------------------------------------------------------

def bench_folder():
    folder = os.environ.get('OCHENTA_BENCH', os.path.join(host.ROOT, '../shared/bench'))
    if not os.path.exists(os.path.join(folder, 'run-peers.py')):
        raise host.LeftOut('there is no benchmark guest (OCHENTA_BENCH)')
    return os.path.abspath(folder)


def bench_environment(out):
    return dict(os.environ, BENCH_BUILD=out, OCHENTA=host.OCHENTA)


def build_bench(out):
    """build.sh of that folder, given the two files that it would fetch by changing the system's list of architectures."""
    folder = bench_folder()
    for path, name in (('/usr/lib/ISOLINUX/isolinux.bin', 'isolinux'), ('/usr/lib/syslinux/modules/bios/ldlinux.c32', 'syslinux-common')):
        if not os.path.exists(path):
            raise host.LeftOut(name + ' is missing')
    if not shutil.which('xorriso'):
        raise host.LeftOut('xorriso is missing')
    kernel, busybox = linux_files()
    os.makedirs(os.path.join(out, 'root/bin'), exist_ok=True)
    shutil.copyfile(kernel, os.path.join(out, 'vmlinuz'))
    shutil.copy(busybox, os.path.join(out, 'root/bin/busybox'))
    log = os.path.join(out, 'build.log')
    with open(log, 'w') as f:
        if subprocess.run(['bash', os.path.join(folder, 'build.sh')], env=bench_environment(out), stdout=f, stderr=f).returncode:
            raise host.LeftOut('the benchmark guest was not built: ' + log)


def run_peers(out, *options):
    """The runs that it stores."""
    result = os.path.join(out, 'runs.json')
    argv = [sys.executable, os.path.join(bench_folder(), 'run-peers.py'), '--repeat', '1', '--json', result, *options]
    subprocess.run(argv, env=bench_environment(out), check=True, stdout=subprocess.DEVNULL)
    with open(result) as f:
        return json.load(f)


def measure_bench(column, scale, names, out):
    (run,) = run_peers(out, '--peers', PEERS[column], '--scale', str(scale), '--bench', ','.join(names) or 'all')
    records = [{'part': 'linux', 'name': name, 'column': column, 'scale': scale, 'seconds': r['host'], 'sum': r['sum'], 'rss_mb': run.get('rss_mb')}
               for name, r in run['bench'].items()]
    if not run.get('ok', True):
        raise RuntimeError('%s did not finish the benchmarks of the Linux guest' % column)
    if 'boot' in run:
        records.append({'part': 'start', 'name': 'boot', 'column': column, 'scale': 100, 'seconds': run['boot'], 'rss_mb': run['rss_mb']})
    return records


def measure_sector(column, out):
    """Its boot sector; natively, the same loops in its program."""
    if column == 'native':
        text = subprocess.run([os.path.join(out, 'root/bin/bench'), 'rawloop'], stdout=subprocess.PIPE, text=True).stdout
        seconds = [float(ms) / 1000 for ms in re.findall(r'@@RAW \w+ ms=([\d.]+)', text)]
    else:
        (run,) = run_peers(out, '--bare', '--peers', PEERS[column])
        seconds = [run['alu'], run['mem']]
    return [{'part': 'linux', 'name': name, 'column': column, 'scale': 100, 'seconds': s} for name, s in zip(('alu', 'memory'), seconds)]


# --- start ------------------------------------------------------------------------------------------------------------------------

def record(name, column, seconds, rss_mb):
    return [{'part': 'start', 'name': name, 'column': column, 'scale': 100, 'seconds': seconds, 'rss_mb': rss_mb}]


def dos_floppy():
    image = os.path.join(host.guest_folder(), 'freedos-1440k.img')
    if not os.path.exists(image):
        raise host.LeftOut('there is no freedos-1440k.img (OCHENTA_GUESTS)')
    return image


def qemu_text(child):
    """QEMU's text screen, by its monitor on standard input and output."""
    child.stdin.write(b'xp /2000hx 0xb8000\n')
    child.stdin.flush()
    text = b''
    while text.count(b': 0x') < 250:
        data = os.read(child.stdout.fileno(), 65536)
        if not data:
            raise RuntimeError('QEMU has ended')
        text += data
    return ''.join(chr(int(cell, 16) & 0xff) for cell in re.findall(rb'0x([0-9a-f]{4})\b', text))


def measure_dos(column):
    """To the prompt on the screen: asked for each 20 ms in QEMU, by a script in ochenta."""
    image, start = dos_floppy(), time.monotonic()
    if column == 'qemu':
        argv = host.qemu(64, '-drive', 'file=%s,format=raw,if=floppy,snapshot=on' % image, '-boot', 'a', monitor='stdio', serial='none')
        child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
        while 'A:\\>' not in qemu_text(child) and time.monotonic() - start < 60:
            time.sleep(0.02)
        seconds = time.monotonic() - start
        rss_mb = host.end(child)
        if seconds >= 60:
            raise RuntimeError('QEMU did not reach the prompt of FreeDOS')
        return record('dos', column, seconds, rss_mb)
    script = 'vm:wait_text("A:\\\\>", 60) print("@@PROMPT") io.stdout:flush() vm:wait(1000)'
    output = host.watch(host.ochenta(column, 64, image + ',snapshot', '-e', script), '@@PROMPT', 120)
    if not output.complete:
        raise RuntimeError('%s did not reach the prompt of FreeDOS' % column)
    return record('dos', column, output.times[-1], output.rss_mb)


def cpio(path, files):
    """An initramfs, format newc: name -> bytes."""
    with open(path, 'wb') as f:
        for number, (name, data) in enumerate([*files.items(), ('TRAILER!!!', b'')]):
            fields = [number + 1, 0o100755, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
            head = b'070701' + b''.join(b'%08X' % field for field in fields) + name.encode() + b'\0'
            for block in (head, data):
                f.write(block + b'\0' * (-len(block) % 4))


def init_files(folder):
    """A kernel, and an initramfs whose init says so."""
    os.makedirs(folder, exist_ok=True)
    kernel, busybox = linux_files()
    initrd = os.path.join(folder, 'init.cpio')
    with open(busybox, 'rb') as f:
        cpio(initrd, {'busybox': f.read(), 'init': b'#!/busybox sh\necho @@INIT\nexec /busybox sleep 1000\n'})
    return {'kernel': kernel, 'initrd': initrd, 'append': APPEND, 'until': '@@INIT', 'memory': 128}


def installer_files(_):
    kernel, initrd = (host.package('debian-installer-12-netboot-i386', INSTALLER + name) for name in ('linux', 'initrd.gz'))
    if not kernel or not initrd:
        raise host.LeftOut('the package debian-installer-12-netboot-i386 cannot be had')
    return {'kernel': kernel, 'initrd': initrd, 'append': APPEND, 'until': 'Select a language', 'memory': 512}


def measure_linux(name, column, files):
    """From the start of the emulator until the text comes on the serial console."""
    options = '--kernel', files['kernel'], '--initrd', files['initrd'], '--append', files['append']
    if column == 'qemu':
        argv = host.qemu(files['memory'], *(o.replace('--', '-') if o.startswith('--') else o for o in options))
    else:
        argv = host.ochenta(column, files['memory'], *options)
    output = host.watch(argv, files['until'], 900)
    if not output.complete:
        raise RuntimeError('%s: %s: not reached: %r' % (column, TITLES[name], output.text[-200:]))
    return record(name, column, output.times[-1], output.rss_mb)
