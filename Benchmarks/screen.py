#!/usr/bin/env python3
"""Measures the dashboard in a pseudo-terminal: processor time when idle, latency of keys while two runs train, and the
slowdown of their training compared with the same two runs as logs. Needs only Python.

    Benchmarks/screen.py [--keys 300] [--rounds 5] [--seconds 6]
"""
import argparse, fcntl, json, os, pty, select, signal, statistics, struct, subprocess, tempfile, termios, time

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".build", "release", "vgglab")
EXPERIMENT = """network: { ratio: 4, classifier: [512] }
data: { resize: 96, batch_size: 32, limit_train: 12800, limit_test: 100 }
training: { epochs: 1000, lr: 0.05, seed: %d }
checkpoint: { every_epochs: null, every_minutes: null, every_steps: null }
"""


class Screen:
    """The dashboard in a terminal of 120 columns and 36 rows."""

    def __init__(self, folder, *options):
        environment = dict(os.environ, TERM="screen-256color", LC_ALL="C.UTF-8")
        environment.update(XDG_STATE_HOME=os.path.join(folder, "state"), XDG_CONFIG_HOME=os.path.join(folder, "config"))
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.execve(PROGRAM, [PROGRAM, *options, "lab"], environment)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        os.kill(self.process, signal.SIGWINCH)

    def read(self, until=None, seconds=10.0):
        """Reads for some seconds, or until a text has arrived."""
        end, found = time.monotonic() + seconds, b""
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.terminal], [], [], left)[0]:
                break
            try:
                found += os.read(self.terminal, 1 << 16)
            except OSError:
                break
            if until and until in found:
                return found
        if until:
            raise SystemExit(f"{until!r} did not come")
        return found

    def press(self, keys):
        os.write(self.terminal, keys)

    def processor_seconds(self):
        with open(f"/proc/{self.process}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def launch_both(self):
        self.press(b"\x1b[H\r")
        self.read(b"1 running")
        self.press(b"\x1b[F\r")
        self.read(b"2 running")

    def end(self):
        os.kill(self.process, signal.SIGTERM)
        self.read(seconds=0.2)
        while os.waitpid(self.process, os.WNOHANG) == (0, 0):
            self.read(seconds=0.1)


def laboratory():
    folder = tempfile.TemporaryDirectory(prefix="vgglab-screen-")
    os.mkdir(os.path.join(folder.name, "lab"))
    for number in (1, 2):
        with open(os.path.join(folder.name, "lab", f"run{number}.yaml"), "w") as file:
            file.write(EXPERIMENT % number)
    return folder


def steps(folder):
    """The number of steps of all runs in a folder."""
    listing = subprocess.run([PROGRAM, "list", "--json", "--runs", os.path.join(folder, "state", "vgglab")],
                             capture_output=True, text=True, check=True)
    return sum(run["step"] for run in json.loads(listing.stdout))


def rest(seconds):
    with laboratory() as folder:
        screen = Screen(folder)
        screen.read(b"run2")
        screen.read(seconds=3)
        before = screen.processor_seconds()
        screen.read(seconds=seconds)
        share = (screen.processor_seconds() - before) / seconds
        screen.end()
    print(f"idle, without a run: {share:.2%} of one core")


def answers(count):
    times = []
    with laboratory() as folder:
        screen = Screen(folder, "--jobs", "2")
        screen.read(b"run2")
        screen.launch_both()
        screen.read(seconds=2)
        for _ in range(count):
            screen.press(b"q")
            begin = time.monotonic()
            screen.read(b"Quit?")
            times.append(time.monotonic() - begin)
            screen.press(b"\x1b")
            screen.read(seconds=0.12)
        screen.end()
    times.sort()
    milliseconds = [times[int(len(times) * share)] * 1000 for share in (0.5, 0.99)]
    print(f"response to a key: {milliseconds[0]:.1f} ms (median), {milliseconds[1]:.1f} ms (99th percentile of "
          f"{count}) while two runs train")


def speed_with_screen(seconds):
    with laboratory() as folder:
        screen = Screen(folder, "--jobs", "2", "--threads", "2")
        screen.read(b"run2")
        screen.launch_both()
        screen.read(seconds=seconds)
        screen.end()
        return steps(folder)


def speed_as_log(seconds):
    with laboratory() as folder:
        call = [PROGRAM, "--quiet", "--threads", "1", "--runs", os.path.join(folder, "state", "vgglab")]
        runs = [subprocess.Popen([*call, os.path.join(folder, "lab", f"run{number}.yaml")],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for number in (1, 2)]
        time.sleep(seconds)
        for run in runs:
            run.terminate()
        for run in runs:
            run.wait()
        return steps(folder)


def cost(rounds, seconds):
    ratios = []
    for number in range(rounds):
        # The start is not measured: doubling the time and subtracting leaves only training.
        screen = speed_with_screen(2 * seconds) - speed_with_screen(seconds)
        log = speed_as_log(2 * seconds) - speed_as_log(seconds)
        ratios.append(screen / log)
        print(f"round {number + 1}: {screen} steps with the screen, {log} as logs, {screen / log:.3f}", flush=True)
    print(f"training with the screen: {statistics.median(ratios):.3f} of that as logs (median of {rounds} rounds)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--keys", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6)
    options = parser.parse_args()
    rest(options.seconds)
    answers(options.keys)
    cost(options.rounds, options.seconds)
