// Limits of control groups, read from files in the kernel's formats.

import Testing
import Training

@Suite struct ControlGroupsTests {
    private func groups(_ membership: String, _ files: [String: String]) -> ControlGroups {
        ControlGroups(membership: membership) { path in
            path.hasPrefix("/sys/fs/cgroup") ? files[String(path.dropFirst("/sys/fs/cgroup".count))] : nil
        }
    }

    @Test func `without a limit the result is nil`() {
        let files = ["/memory.stat": "inactive_file 5\n", "/a/memory.max": "max\n", "/a/cpu.max": "max 100000\n"]
        let groups = self.groups("0::/a\n", files)
        #expect(groups.memory == nil)
        #expect(groups.processors == nil)
        #expect(self.groups("", [:]).memory == nil)
    }

    @Test func `version 2: the tightest group on the way to the root counts`() {
        let files = [
            "/memory.max": "9000\n", "/memory.current": "8500\n",
            "/a/memory.max": "1000\n", "/a/memory.current": "400\n", "/a/memory.stat": "anon 1\ninactive_file 150\n",
            "/a/b/memory.max": "max\n", "/a/b/cpu.max": "150000 100000\n", "/a/cpu.max": "400000 100000\n",
            "/other/memory.max": "1\n", "/other/cpu.max": "1 100000\n",
        ]
        let groups = self.groups("0::/a/b\n", files)
        #expect(groups.memory?.limit == 1000)
        // The root has 500 left, the group 750.
        #expect(groups.memory?.available == 500)
        #expect(groups.processors == 1.5)
    }

    @Test func `version 1: each controller has its own path`() {
        let files = [
            "/memory/docker/x/memory.limit_in_bytes": "2000\n", "/memory/docker/x/memory.usage_in_bytes": "2500\n",
            "/memory/docker/x/memory.stat": "inactive_file 1\ntotal_inactive_file 700\n",
            "/memory/memory.limit_in_bytes": "9223372036854771712\n", "/memory/memory.usage_in_bytes": "7000\n",
            "/cpu/slurm/job/cpu.cfs_quota_us": "-1\n", "/cpu/slurm/job/cpu.cfs_period_us": "100000\n",
            "/cpu/slurm/cpu.cfs_quota_us": "100000\n", "/cpu/slurm/cpu.cfs_period_us": "100000\n",
        ]
        let groups = self.groups("4:memory:/docker/x\n2:cpu,cpuacct:/slurm/job\n0::/\n", files)
        #expect(groups.memory?.limit == 2000)
        #expect(groups.memory?.available == 200)
        #expect(groups.processors == 1)
    }

    @Test(arguments: ["0::/host/path/of/the/container\n", "0::/../sibling\n", "0::/\n"])
    func `in a container the root is its own group`(membership: String) {
        let files = ["/memory.max": "512\n", "/memory.current": "12\n", "/cpu.max": "50000 100000\n"]
        let groups = self.groups(membership, files)
        #expect(groups.memory?.limit == 512)
        #expect(groups.memory?.available == 500)
        #expect(groups.processors == 0.5)
    }

    @Test func `using more than the limit leaves nothing`() {
        let groups = self.groups("0::/a\n", ["/a/memory.max": "10\n", "/a/memory.current": "30\n"])
        #expect(groups.memory?.available == 0)
    }

    @Test func `version 2 beside version 1 is mounted in a subfolder`() {
        let groups = self.groups("0::/a\n", ["/unified/a/cpu.max": "200000 100000\n"])
        #expect(groups.processors == 2)
    }
}
