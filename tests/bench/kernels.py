"""kernels.py: builds the kernels of kernels/, as a native 32-bit program and as a disk image from the same objects, and measures them;
the same for the boot sector loops.asm."""
import os, re, shutil, subprocess

import host

SOURCES = os.path.join(host.HERE, 'kernels')
DISK_BYTES = 2 * 16 * 63 * 512
FLAGS = ('-m32 -ffreestanding -O2 -march=i686 -std=gnu11 -Wall -Wextra -fno-pic -fno-pie -fcf-protection=none -fno-stack-protector '
         '-fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns -ffp-contract=off -falign-functions=64 -falign-loops=16').split()
INTEGER = ['-mno-sse', '-mfpmath=387']
UNITS = {'integer': INTEGER, 'x87': INTEGER, 'sse': ['-msse2', '-mfpmath=sse'], 'main': INTEGER, 'pc': INTEGER, 'linux': INTEGER}
TITLES = {'alu': 'ALU, registers only', 'sieve': 'byte sieve', 'chase': 'pointer chase, 16 K', 'increment': 'load-inc-store loop',
          'fib': 'fib (call/ret)', 'indirect': 'indirect calls', 'crc': 'CRC table', 'sort': 'quicksort', 'movsd': 'rep movsd',
          'x87': 'x87 dot product', 'scalar': 'SSE2 scalar double', 'packed': 'SSE2 packed int'}
COMMAND_LINE, COMMAND_LINE_BYTES = 16, 64  # in the boot sector: boot.asm
LOOPS = {'registers': ('a', 'b'), 'loads and stores': ('b', 'c'), 'calls': ('c', 'd'), 'rep movsd (16 bit)': ('d', 'e')}


def tool(name):
    """gcc, ld: of this host if it is an x86, else the cross tools."""
    return name if os.uname().machine in ('x86_64', 'i686') else 'i686-linux-gnu-' + name


def build(folder):
    """Makes FOLDER/native and FOLDER/kernels.img."""
    for needed in (tool('gcc'), tool('ld'), 'nasm'):
        if not shutil.which(needed):
            raise host.LeftOut(needed + ' is missing')
    os.makedirs(folder, exist_ok=True)
    objects = {name: os.path.join(folder, name + '.o') for name in UNITS}
    for name, flags in UNITS.items():
        subprocess.run([tool('gcc'), *FLAGS, *flags, '-c', '-o', objects[name], os.path.join(SOURCES, name + '.c')], check=True)
    common = [objects[name] for name in ('main', 'integer', 'x87', 'sse')]
    link = [tool('ld'), '-m', 'elf_i386', '-o']
    subprocess.run([*link, os.path.join(folder, 'native'), objects['linux'], *common], check=True)
    program, sector = os.path.join(folder, 'pc.bin'), os.path.join(folder, 'boot.bin')
    subprocess.run([*link, program, '-T', os.path.join(SOURCES, 'pc.ld'), '--oformat', 'binary', objects['pc'], *common], check=True)
    sectors = (os.path.getsize(program) + 511) // 512
    subprocess.run(['nasm', '-f', 'bin', '-D', 'SECTORS=%d' % sectors, '-o', sector, os.path.join(SOURCES, 'boot.asm')], check=True)
    with open(os.path.join(folder, 'kernels.img'), 'wb') as image:
        for part in (sector, program):
            with open(part, 'rb') as f:
                image.write(f.read())
        image.truncate(DISK_BYTES)


def command_line(folder, line):
    """The image with this command line in its boot sector."""
    if len(line) >= COMMAND_LINE_BYTES:
        raise host.LeftOut('too many kernels named: ' + line)
    image = os.path.join(folder, 'run.img')
    shutil.copyfile(os.path.join(folder, 'kernels.img'), image)
    with open(image, 'r+b') as f:
        f.seek(COMMAND_LINE)
        f.write(line.encode().ljust(COMMAND_LINE_BYTES, b'\0'))
    return image


def measure_kernels(column, scale, names, folder):
    """One run of each: records for the table. A time lasts from the end of the start line to the begin of the end line."""
    line = ' '.join([str(scale)] + names)
    argv = [os.path.join(folder, 'native'), line] if column == 'native' else host.disk(column, command_line(folder, line), folder)
    output = host.watch(argv, '@@DONE', 600)
    if not output.complete:
        raise RuntimeError('%s did not finish the kernels: %r' % (column, output.text[-200:]))
    records = []
    for match in re.finditer(r'@@START (\w+)\s*\n()@@END \1 scale=(\d+) sum=(\w+)', output.text):
        end = match.start(2)
        records.append({'part': 'kernels', 'name': match[1], 'column': column, 'scale': int(match[3]), 'sum': match[4], **output.between(end - 1, end)})
    return records


def build_loops(folder):
    os.makedirs(folder, exist_ok=True)
    image = os.path.join(folder, 'loops.img')
    subprocess.run(['nasm', '-f', 'bin', '-o', image, os.path.join(host.HERE, 'loops.asm')], check=True)
    os.truncate(image, DISK_BYTES)


def measure_loops(column, folder):
    """loops.asm writes a letter before each loop and a checksum at the end."""
    output = host.watch(host.disk(column, os.path.join(folder, 'loops.img'), folder), r'e[0-9A-F]{8}\s', 300)
    if not output.complete:
        raise RuntimeError('%s did not finish the loops' % column)
    line = re.search(r'abcde([0-9A-F]{8})', output.text)
    return [{'part': 'loops', 'name': name, 'column': column, 'scale': 100, 'sum': line[1],
             **output.between(output.text.index(first, line.start()), output.text.index(last, line.start()))} for name, (first, last) in LOOPS.items()]
