// The program's environment (variables, processors, preloaded libraries) changes neither its arguments nor its results.

import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct EnvironmentTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
        try sandbox.writeData(in: "data", count: 200)
    }

    /// The loss of each step in the log.
    private func losses(_ shell: String, threads: Int = 2) throws -> [String] {
        let program = try Program(
            [
                "--no-tui", "--log-format", "jsonl", "--log-every-step", "--threads", "\(threads)", "--data",
                sandbox.file("data"), "--set", "data.limit_train=200", sandbox.tiny,
            ], shell: shell)
        let ending = program.end()
        try #require(ending.status == 0, "\(ending.complaint)")
        return try ending.objects().compactMap { $0["loss"] }.map { "\($0)" }
    }

    @Test(
        arguments: [
            "OMP_DYNAMIC=true", "OMP_THREAD_LIMIT=1", "OMP_MAX_ACTIVE_LEVELS=0", "OMP_NUM_THREADS=1",
            "OMP_DYNAMIC=true OMP_THREAD_LIMIT=1 OMP_NUM_THREADS=1", "taskset -c 0",
        ])
    func `the losses depend on the requested threads`(surroundings: String) throws {
        let expected = try losses(#"exec "$@""#)
        #expect(expected.count == 8)
        #expect(try losses("exec env \(surroundings) \"$@\"") == expected)
        // With five threads, lanes and their sums are different.
        #expect(try losses("exec env \(surroundings) \"$@\"", threads: 5) == losses(#"exec "$@""#, threads: 5))
    }

    /// A folder where this process may create control groups, of either version, with a limit of processor time.
    private static let quotas: (folder: String, file: String, value: String)? = {
        let name = "vgglab-test-\(getpid())"
        let candidates = [
            ("/sys/fs/cgroup/cpu/\(name)", "cpu.cfs_quota_us", "50000"),
            ("/sys/fs/cgroup/\(name)", "cpu.max", "50000 100000"),
        ]
        return candidates.first { folder, file, _ in
            guard mkdir(folder, 0o755) == 0 else { return false }
            defer { rmdir(folder) }
            return access("\(folder)/\(file)", W_OK) == 0
        }
    }()

    @Test(.enabled(if: quotas != nil))
    func `a control group's processor limit is respected, and gives the losses of that many threads`() throws {
        let (folder, file, value) = try #require(Self.quotas)
        try #require(mkdir(folder, 0o755) == 0)
        defer { rmdir(folder) }
        let enter = "echo \(value) > \(folder)/\(file) && echo $$ > \(folder)/cgroup.procs && exec \"$@\""
        #expect(try losses(enter) == losses(#"exec "$@""#))
        let events = try Program(
            ["--no-tui", "--log-format", "jsonl", "--data", sandbox.file("data"), sandbox.tiny], shell: enter
        ).end().objects()
        #expect(events.compactMap { $0["threads"] as? Int }.first == 1)
    }

    @Test func `oneDNN computes on the program's own threads, not on those of libgomp`() throws {
        let report = sandbox.file("bindings")
        let program = try Program(
            ["bench", "--steps", "1", "--threads", "2", sandbox.tiny],
            shell: "LD_DEBUG=bindings LD_DEBUG_OUTPUT='\(report)' exec \"$@\"")
        #expect(program.end().status == 0)
        let text = try String(contentsOfFile: "\(report).\(program.processIdentifier)", encoding: .utf8)
        for name in ["GOMP_parallel", "omp_get_thread_num"] {
            let bindings = text.split(separator: "\n").filter { $0.contains("`\(name)'") }
            #expect(!bindings.isEmpty)
            #expect(bindings.allSatisfy { $0.contains("/vgglab [0]: ") }, "\(bindings)")
        }
    }

    @Test func `a preloaded library that moves the environment does not affect the arguments`() throws {
        let library = sandbox.file("move.so")
        let source = """
            #include <stdlib.h>
            __attribute__((constructor)) static void move(void) { setenv("MOVED", "1", 1); }
            """
        try sandbox.write(source, to: "move.c")
        try build(sandbox.file("move.c"), library)
        let ending = try Program(["shapes", sandbox.tiny, "nonsense"], shell: "LD_PRELOAD='\(library)' exec \"$@\"")
            .end()
        #expect(ending.status == 2)
        #expect(ending.complaint.contains("nonsense"))
    }

    @Test func `threads that cannot be started are reported in one sentence`() throws {
        // A stack that is too large for any machine.
        let ending = try Program(
            ["bench", "--threads", "2", sandbox.tiny], shell: #"ulimit -s 17592186044416 && exec "$@""#
        ).end()
        #expect(ending.status == 2)
        #expect(ending.complaint.contains("2 threads could not be started"))
    }

    @Test func `without any available thread, every command ends with a sentence`() throws {
        let library = sandbox.file("none.so")
        let source = """
            #include <errno.h>
            #include <pthread.h>
            int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *context) {
                return EAGAIN;
            }
            """
        try sandbox.write(source, to: "none.c")
        try build(sandbox.file("none.c"), library)
        for arguments in [[sandbox.tiny, "--no-tui"], ["list"], ["bench", sandbox.tiny]] {
            let ending = try Program(arguments, shell: "LD_PRELOAD='\(library)' exec timeout 20 \"$@\"").end()
            #expect(ending.status == 1)
            #expect(ending.complaint.contains("no more threads can be started"))
        }
    }

    private func build(_ source: String, _ library: String) throws {
        let compiler = Process()
        compiler.executableURL = URL(filePath: "/usr/bin/env")
        compiler.arguments = ["clang", "-shared", "-fPIC", "-o", library, source]
        try compiler.run()
        compiler.waitUntilExit()
        try #require(compiler.terminationStatus == 0)
    }

    @Test func `an OpenSSL configuration without SHA-256 does not matter`() throws {
        let providers = "openssl_conf = a\n[a]\nproviders = b\n[b]\nnull = c\n[c]\nactivate = 1\n"
        try sandbox.write(providers, to: "openssl.cnf")
        let ending = try Program(
            ["data", "--data", sandbox.file("data")],
            shell: "OPENSSL_CONF='\(sandbox.file("openssl.cnf"))' exec \"$@\""
        ).end()
        #expect(ending.status == 0, "\(ending.complaint)")
    }
}
