internal import Engine
internal import Lanes

/// The options of `millrace run`.
enum RunOptions {
  static let config = CommandOption.text(
    "config", "FILE",
    help: "live sessions as this YAML file describes them; most other options "
      + "stand in the file then")
  static let input = CommandOption.text(
    "input", "FILE", help: "a capture (pcap, pcapng) or file of messages, plain or gzip")
  static let feed = CommandOption.text(
    "feed", "NAME", help: "the feed of the input; recognised from a file, itch50 for lines")
  static let date = CommandOption.date(
    "date", help: "trading day of a feed whose times count from midnight")
  static let line = CommandOption.text(
    "line", "HOST:PORT[@IF]", help: "listen on a datagram line; twice for A and B")
  static let reRequest = CommandOption.text(
    "re-request", "HOST:PORT", help: "server to ask for missing messages")
  static let soup = CommandOption.text(
    "soup", "HOST:PORT", help: "connect to a SoupBinTCP server")
  static let user = CommandOption.text("user", "NAME", help: "SoupBinTCP user", default: "millrc")
  static let passwordFile = CommandOption.text(
    "password-file", "FILE", help: "file with the SoupBinTCP password, first line")
  static let session = CommandOption.text(
    "session", "NAME", help: "SoupBinTCP session to resume; the current one if not given")
  static let sequence = CommandOption.count(
    "sequence", help: "first SoupBinTCP message wanted; 0 for new ones only", default: "1")
  static let capture = CommandOption.choice(
    "capture", ["none", "raw"],
    help: "raw keeps the bytes as received below the journal's folder, for millrace redecode",
    default: "none")
  static let duration = CommandOption.duration("duration", help: "stop after this time")
  static let instance = CommandOption.text(
    "instance", "NAME", help: "name under which readers find this run", default: "default")
  static let folder = CommandOption.text(
    "folder", "DIR", help: "folder of rings and counters", default: "/dev/shm/millrace")
  static let shards = CommandOption.count(
    "shards", in: 1...LaneLimits.shards, help: "workers, each with its own instruments",
    default: "1")
  static let outputs = CommandOption.text(
    "outputs", "LIST",
    help: "what workers add, by commas: \(ShardOutputs.names.joined(separator: ", ")), none",
    default: "books,mbp-1")
  static let laneLines = CommandOption.count(
    "lane-lines", in: LaneLimits.leastLines...LaneLimits.mostLines,
    help: "64-byte lines of each lane", default: "4096")
  static let policy = CommandOption.choice(
    "policy", ["wait", "drop-oldest"], help: "what a full lane does", default: "wait")
  static let wait = CommandOption.choice(
    "wait", ["spin", "yield", "park"], help: "how threads wait; spin burns a core each",
    default: "park")
  static let inline = CommandOption.flag(
    "inline",
    help: "one thread reads and does the workers' work: a hop and a core less")
  static let ringLines = CommandOption.count(
    "ring-lines", in: 1024...(1 << 24),
    help: "64-byte lines of each shard's ring in shared memory, a power of two",
    default: "65536")
  static let readerCPUs = CommandOption.text(
    "reader-cpus", "LIST", help: "CPUs of the reader threads, by commas")
  static let workerCPUs = CommandOption.text(
    "worker-cpus", "LIST", help: "CPUs of the workers, by commas")
  static let busyPoll = CommandOption.flag(
    "busy-poll", help: "readers spin on their sockets instead of sleeping")
  static let socketBuffer = CommandOption.size(
    "socket-buffer", help: "receive buffer of each socket", default: "8MiB")
  static let gapWait = CommandOption.duration(
    "gap-wait", help: "time until a gap is declared lost", default: "500ms")
  static let requestDelay = CommandOption.duration(
    "request-delay", help: "time for the other line before a re-request", default: "5ms")
  static let portable = CommandOption.flag(
    "portable", help: "decode without wide instructions")
  static let rate = CommandOption.rate(
    "rate", help: "simulated exchange: messages per second", default: "200k")
  static let loss = CommandOption.fraction(
    "loss", help: "simulated exchange: share of datagrams lost on each line", default: "1%")
  static let symbols = CommandOption.count(
    "symbols", in: 10...8_500, help: "simulated exchange: number of symbols", default: "2000")
  static let seed = CommandOption.count(
    "seed", help: "simulated exchange: seed of the day", default: "1")

  static let all: [any DeclaredOption] =
    [
      config, input, feed, date, line, reRequest, soup, user, passwordFile, session, sequence,
      duration,
      instance, folder, shards, outputs, laneLines, policy, wait, inline, ringLines, readerCPUs,
      workerCPUs,
      busyPoll, socketBuffer, gapWait, requestDelay, portable, rate, loss, symbols, seed,
    ] + JournalRunOptions.all + [capture] + LatencyRunOptions.all
}
