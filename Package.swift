// swift-tools-version: 6.2
// vgglab's targets in order of dependency; ARCHITECTURE.md describes their responsibilities.
import PackageDescription

// The version of the sources, set by the Makefile. A plain `swift build` omits it, as it would not notice a new commit.
let buildSettings = ["VGGLAB_COMMIT", "VGGLAB_COMPILER"].compactMap { name in
    Context.environment[name].map { CSetting.define(name, to: "\"\($0)\"") }
}

let package = Package(
    name: "vgglab",
    products: [.executable(name: "vgglab", targets: ["vgglab"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // System libraries: a module map and a shim for macros and version differences.
        .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CNcurses", providers: [.apt(["libncursesw5-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // Plain values and the files that contain them.
        .target(name: "Files", dependencies: ["CCrypto"]),
        .target(name: "Threads"),
        .target(name: "MemoryUse"),
        .target(name: "Experiments"),
        .target(
            name: "ExperimentFiles", dependencies: ["CYAML", "Experiments"], resources: [.embedInCode("Examples")]),
        .target(name: "Datasets", dependencies: ["CZlib", "Experiments", "Files", "MemoryUse", "Threads"]),
        .target(name: "Safetensors", dependencies: ["Files"]),
        .target(name: "TerminalText"),
        .target(name: "Checkpoints", dependencies: ["Experiments", "Files", "Safetensors"]),

        // The interface of models, independent of the backend.
        .target(name: "Model", dependencies: ["Experiments", "MemoryUse"]),

        // The engine.
        // Exports these names for oneDNN, which looks them up among the program's dynamic symbols.
        .target(
            name: "CThreads",
            linkerSettings: [
                .unsafeFlags(
                    [
                        "GOMP_parallel", "GOMP_parallel_start", "GOMP_parallel_end", "GOMP_barrier",
                        "GOMP_loop_static_start", "GOMP_loop_static_next", "GOMP_loop_end", "GOMP_loop_end_nowait",
                        "omp_get_max_threads", "omp_get_num_threads", "omp_get_thread_num", "omp_in_parallel",
                    ].flatMap { ["-Xlinker", "--export-dynamic-symbol=\($0)"] })
            ]),
        .target(name: "OneDNN", dependencies: ["COneDNN", "CThreads", "MemoryUse"]),
        .target(name: "CKernels"),
        .target(name: "CProcessor"),
        .target(name: "CStartup", cSettings: buildSettings),
        .target(
            name: "Engine", dependencies: ["CKernels", "CProcessor", "Experiments", "MemoryUse", "Model", "OneDNN"]),

        // The training loop, its output, and the program.
        .target(
            name: "Training", dependencies: ["Datasets", "Experiments", "Files", "MemoryUse", "Model", "Safetensors"]),
        .target(name: "RunLog", dependencies: ["ExperimentFiles", "Experiments", "TerminalText"]),
        .target(
            name: "RunStore",
            dependencies: [
                "Checkpoints", "ExperimentFiles", "Experiments", "Files", "RunLog", "Threads",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .target(
            name: "Runner",
            dependencies: [
                "Checkpoints", "Datasets", "ExperimentFiles", "Experiments", "Model", "RunLog", "RunStore",
                "Safetensors", "Threads", "Training",
            ]),
        // The screen: cells and widgets, and the real terminal.
        .target(name: "Screen", dependencies: ["TerminalText"]),
        .target(name: "CTerminalSignals"),
        .target(name: "CursesTerminal", dependencies: ["CNcurses", "CTerminalSignals", "Screen"]),
        .target(name: "Dashboard", dependencies: ["ExperimentFiles", "Experiments", "Model", "RunLog", "Screen"]),
        .target(name: "Exports", dependencies: ["Experiments", "Files", "RunLog", "Safetensors"]),
        .executableTarget(
            name: "vgglab",
            dependencies: [
                "CStartup", "Checkpoints", "CursesTerminal", "Dashboard", "Datasets", "Engine", "ExperimentFiles",
                "Experiments", "Exports", "Files", "Model", "RunLog", "RunStore", "Runner", "Safetensors", "Screen",
                "TerminalText",
                "Threads", "Training", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // Tests mirror the targets. TestSupport provides folders and random numbers, ReferenceNetwork is a naive engine to
        // compare with, and SaveCheckpoint is a process to be killed.
        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .target(name: "ReferenceNetwork", dependencies: ["Experiments"], path: "Tests/ReferenceNetwork"),
        .testTarget(name: "ReferenceNetworkTests", dependencies: ["Experiments", "ReferenceNetwork"]),
        .testTarget(name: "FilesTests", dependencies: ["Files"]),
        .testTarget(name: "ExperimentsTests", dependencies: ["Experiments"]),
        .testTarget(name: "ExperimentFilesTests", dependencies: ["ExperimentFiles", "Experiments", "TestSupport"]),
        .testTarget(name: "DatasetsTests", dependencies: ["CZlib", "Datasets", "Experiments", "TestSupport"]),
        .testTarget(name: "SafetensorsTests", dependencies: ["Files", "Safetensors", "TestSupport"]),
        .testTarget(name: "TerminalTextTests", dependencies: ["TerminalText"]),
        .executableTarget(
            name: "SaveCheckpoint", dependencies: ["Checkpoints", "Experiments", "Files", "Safetensors"],
            path: "Tests/SaveCheckpoint"),
        .testTarget(
            name: "CheckpointsTests",
            dependencies: ["Checkpoints", "Experiments", "Files", "Safetensors", "SaveCheckpoint", "TestSupport"]),
        .testTarget(
            name: "EngineTests",
            dependencies: [
                "CKernels", "CThreads", "Engine", "Experiments", "MemoryUse", "Model", "OneDNN", "ReferenceNetwork",
                "TestSupport",
            ]),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "Datasets", "Engine", "Experiments", "Files", "Model", "Safetensors", "TestSupport", "Training",
            ]),
        .testTarget(name: "RunLogTests", dependencies: ["ExperimentFiles", "Experiments", "RunLog"]),
        .testTarget(name: "ScreenTests", dependencies: ["Screen"]),
        .testTarget(
            name: "DashboardTests",
            dependencies: [
                "Dashboard", "Engine", "ExperimentFiles", "Experiments", "Model", "RunLog", "Screen", "TestSupport",
            ],
            exclude: ["Golden"]),
        // A terminal for programs under test, and a program for CursesTerminal's tests.
        .target(name: "TerminalTesting", dependencies: ["CNcurses", "Screen"], path: "Tests/TerminalTesting"),
        .executableTarget(
            name: "TerminalFixture", dependencies: ["CursesTerminal", "Screen", "TerminalTesting"],
            path: "Tests/TerminalFixture"),
        .testTarget(
            name: "CursesTerminalTests",
            dependencies: ["CursesTerminal", "Screen", "TerminalFixture", "TerminalTesting"]),
        .testTarget(
            name: "RunStoreTests",
            dependencies: [
                "Experiments", "RunLog", "RunStore", "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .testTarget(
            name: "RunnerTests",
            dependencies: [
                "Checkpoints", "Datasets", "Engine", "Experiments", "Model", "RunStore", "Runner", "TestSupport",
                "Training",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .testTarget(
            name: "ExportsTests",
            dependencies: ["Experiments", "Exports", "Files", "RunLog", "Safetensors", "TestSupport"]),
        // These tests run the program as a separate process, from the build folder of the tests.
        .testTarget(
            name: "vgglabTests",
            dependencies: ["TestSupport", "vgglab", .product(name: "GRDB", package: "GRDB.swift")],
            exclude: ["Stored"]),
    ],
    swiftLanguageModes: [.v6]
)

let warningsAreErrors = Context.environment["CI"] != nil

for target in package.targets
where target.type != .system
    && !["CKernels", "CProcessor", "CStartup", "CTerminalSignals", "CThreads"].contains(target.name)
{
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
    if warningsAreErrors { target.swiftSettings?.append(.treatAllWarnings(as: .error)) }
}
