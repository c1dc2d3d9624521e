// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .treatWarning("DeprecatedDeclaration", as: .warning),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableExperimentalFeature("Lifetimes"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil)
  -> Target
{
  .target(
    name: name, dependencies: dependencies, path: path ?? "Sources/\(name)", swiftSettings: settings
  )
}

func program(_ name: String, _ dependencies: [Target.Dependency], path: String) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: path,
    swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], path: "Tests/\(name)",
    swiftSettings: settings)
}

let package = Package(
  name: "Millrace",
  products: [
    .executable(name: "millrace", targets: ["millrace"]),
    .library(name: "SharedMemory", targets: ["SharedMemory"]),
    .library(name: "Records", targets: ["Records"]),
  ],
  targets: [
    // C: our prototypes over Linux calls and CPU instructions, the public header, foreign
    // libraries.
    .target(name: "CLinux", path: "Sources/CLinux"),
    .target(name: "CMillrace", path: "Sources/CMillrace"),
    .systemLibrary(
      name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CZstd", path: "Sources/CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]
    ),
    .systemLibrary(
      name: "CLZ4", path: "Sources/CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(
      name: "CXXHash", path: "Sources/CXXHash", pkgConfig: "libxxhash",
      providers: [.apt(["libxxhash-dev"])]),

    .systemLibrary(
      name: "CYaml", path: "Sources/CYaml", pkgConfig: "yaml-0.1",
      providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(
      name: "CSQLite", path: "Sources/CSQLite", pkgConfig: "sqlite3",
      providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(
      name: "CMicrohttpd", path: "Sources/CMicrohttpd", pkgConfig: "libmicrohttpd",
      providers: [.apt(["libmicrohttpd-dev"])]),

    // Dependencies point one way: each line may use only what stands above it.
    library("Wire"),
    library("Zones"),
    library("Yaml", ["CYaml"]),
    library("Sqlite", ["CSQLite"]),
    library("Http", ["CMicrohttpd"]),
    library("Logging", ["CLinux"]),
    library("Sessions", ["Zones"]),
    library("Gzip", ["CZlib"]),
    library("Zstd", ["CZstd", "Wire"]),
    library("Lz4", ["CLZ4", "Wire"]),
    library("Hashing", ["CXXHash"]),
    library("Records", ["Wire", "Zstd"]),
    library("Captures", ["Wire", "Gzip"]),
    library("Lanes", ["CLinux", "Wire"]),
    library("SharedMemory", ["CLinux", "CMillrace", "Records"]),
    library("Ledger", ["CLinux"]),
    library("Timing", ["CLinux", "Ledger"]),
    library("Columnar", ["CLinux", "CMillrace", "Records", "Wire", "Zstd", "Lz4"]),
    library(
      "Journal",
      [
        "CLinux", "CMillrace", "Columnar", "Hashing", "Ledger", "Lz4", "Records", "Wire", "Zstd",
      ]),
    library("Books", ["CLinux", "Records"]),
    library("Net", ["CLinux", "Wire"]),
    library(
      "FeedKit",
      [
        "CLinux", "Wire", "Zones", "Sessions", "Records", "Lanes", "Ledger", "Captures", "Timing",
      ],
      path: "Sources/Feeds/Kit"),
    library(
      "ExchangeFeeds", ["FeedKit", "CLinux", "Wire", "Records", "Lanes", "Ledger"],
      path: "Sources/Feeds/Exchange"),
    library(
      "BrokerFeeds",
      ["FeedKit", "Sessions", "Zones", "CLinux", "Wire", "Records", "Lanes", "Ledger"],
      path: "Sources/Feeds/Broker"),
    library(
      "FeedRegistry", ["FeedKit", "ExchangeFeeds", "BrokerFeeds", "Captures", "Wire"],
      path: "Sources/Feeds/Registry"),
    library(
      "Engine",
      [
        "FeedKit", "ExchangeFeeds", "FeedRegistry", "Books", "SharedMemory", "Captures", "Net",
        "Ledger", "Lanes", "Journal", "Records", "Timing", "Wire", "CLinux", "Sessions",
      ]),
    library(
      "Catalog", ["Sqlite", "Sessions", "Zones", "FeedKit", "Hashing", "Records", "Wire"]),
    library(
      "Config",
      ["Yaml", "Sessions", "Zones", "FeedKit", "FeedRegistry", "Lanes", "Net", "Journal"]),
    library(
      "Control",
      [
        "Engine", "Catalog", "Config", "Http", "Logging", "Sessions", "FeedKit", "FeedRegistry",
        "Ledger", "Lanes", "Net", "Records", "Journal", "Wire", "Zones", "CLinux",
      ]),
    library(
      "Lab",
      [
        "Engine", "FeedKit", "ExchangeFeeds", "FeedRegistry", "SharedMemory", "Captures", "Net",
        "Ledger", "Lanes", "Records", "Timing", "Wire", "CMillrace", "CLinux", "Catalog",
        "Sessions",
      ]),
    program(
      "millrace",
      [
        "Control", "Catalog", "Config", "Http", "Logging", "Sessions", "BrokerFeeds", "Zones",
        "Lab", "Timing", "Engine", "FeedKit", "ExchangeFeeds", "FeedRegistry", "Books",
        "SharedMemory", "Captures",
        "Net", "Ledger", "Lanes", "Journal", "Columnar", "Hashing", "Lz4", "Zstd", "Records",
        "Wire",
        "CLinux",
      ], path: "Sources/millrace"),

    // Benchmarks and fuzzing: one program each, one file an entry.
    program(
      "millrace-bench",
      [
        "Control", "Catalog", "Config", "Http", "Logging", "Sessions", "BrokerFeeds", "Zones",
        "Lab", "Timing", "Engine", "FeedKit", "ExchangeFeeds", "FeedRegistry", "Books",
        "SharedMemory", "Captures",
        "Net", "Ledger", "Lanes", "Journal", "Columnar", "Hashing", "Lz4", "Zstd", "Records",
        "Wire",
        "CLinux", "CBenchHooks",
      ], path: "Benchmarks/Bench"),
    .target(name: "CBenchHooks", path: "Benchmarks/Support"),
    .executableTarget(
      name: "millrace-fuzz",
      dependencies: [
        "FeedKit", "FeedRegistry", "ExchangeFeeds", "BrokerFeeds", "Sessions", "Yaml", "Config",
        "Captures", "Journal", "Columnar", "Hashing",
        "Records", "Wire", "Lanes", "Net",
      ], path: "Fuzz", exclude: ["Corpus"], swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["Wire"], path: "Tests/Support", swiftSettings: settings),
    tests("WireTests", ["Wire"]),
    tests("SessionsTests", ["Sessions", "Zones"]),
    tests("HttpTests", ["Http", "Net", "Wire"]),
    tests("LoggingTests", ["Logging"]),
    tests("CatalogTests", ["Catalog", "Sqlite", "Sessions", "Zones", "FeedKit", "Wire"]),
    tests(
      "ConfigTests",
      [
        "Config", "Yaml", "Sessions", "Zones", "FeedKit", "FeedRegistry", "BrokerFeeds", "Journal",
        "Lanes", "Net", "Wire",
      ]),
    tests(
      "BrokerTests",
      [
        "BrokerFeeds", "FeedKit", "FeedRegistry", "Sessions", "Zones", "Records", "Lanes", "Ledger",
        "Engine", "Net", "Wire",
      ]),
    tests(
      "ControlTests",
      [
        "Control", "Engine", "Catalog", "Config", "Http", "Logging", "Sessions", "BrokerFeeds",
        "FeedKit", "FeedRegistry", "Ledger", "Records", "SharedMemory", "Net", "Wire",
      ]),
    tests("RecordsTests", ["Records", "Zstd", "Wire"]),
    tests("CapturesTests", ["Captures", "Gzip", "Wire"]),
    tests("LanesTests", ["Lanes", "CLinux", "Wire"]),
    tests("SharedMemoryTests", ["SharedMemory", "CMillrace", "Records"]),
    tests("LedgerTests", ["Ledger"]),
    tests("TimingTests", ["Timing", "Ledger"]),
    tests(
      "LabTests",
      [
        "Lab", "Engine", "FeedKit", "FeedRegistry", "Sessions", "Timing", "Ledger", "Records",
        "SharedMemory", "Wire",
      ]),
    tests("ColumnarTests", ["Columnar", "Lz4", "Records", "Wire", "Zstd"]),
    tests(
      "JournalTests",
      ["Journal", "CMillrace", "Columnar", "Hashing", "Lz4", "Records", "Wire", "Zstd"]),
    tests("BooksTests", ["Books", "Records"]),
    tests("NetTests", ["Net", "Wire"]),
    tests(
      "FeedTests",
      [
        "FeedRegistry", "ExchangeFeeds", "FeedKit", "Captures", "Records", "Lanes", "Ledger",
        "Wire",
        "Books",
      ]),
    tests(
      "EngineTests",
      [
        "Engine", "FeedRegistry", "FeedKit", "ExchangeFeeds", "SharedMemory", "Ledger", "Journal",
        "Lanes", "Records", "Net", "Sessions", "Timing", "Wire",
      ]),
    tests("CommandTests", ["Captures", "Catalog", "Journal", "Records", "Sqlite", "Wire"]),
  ],
  swiftLanguageModes: [.v6]
)

// The thread sanitizer's build holds what it is to look at and nothing else: it is quicker, and
// Swift 6.3 breaks off when it compiles some of the rest for it ("Invalid bitcast").
if Context.environment["MILLRACE_THREADS_ONLY"] != nil {
  let kept = [
    "CLinux", "CMillrace", "CZstd", "Wire", "Zstd", "Records", "Lanes", "SharedMemory",
    "TestSupport", "LanesTests", "SharedMemoryTests",
  ]
  package.targets.removeAll { !kept.contains($0.name) }
  package.products.removeAll { $0.name == "millrace" }
}
