// 64-byte events from thread to thread through LMAX Disruptor (Debian libdisruptor-java).
//
//   main thread --> ring of 4,096 events --> handler thread     one a publish, 64 a publish
//   main thread <== two rings ==> handler thread                round trip
//
// Busy-spinning wait strategy, a single producer. A line on standard input, `run EVENTS TRIPS`, is
// answered with one JSON object; the first line printed names the versions. Every event is added
// up by the handler.
import com.lmax.disruptor.*;
import com.lmax.disruptor.dsl.*;
import java.io.*;

public class DisruptorPeer {
  static final int CAPACITY = 4096, GROUP = 64;

  static final class Event {
    long a, b, c, d, e, f, g, h;

    void fill(long number) {
      a = number;
      b = number + 1;
      c = number + 2;
      d = number + 3;
      e = number + 4;
      f = number + 5;
      g = number + 6;
      h = number + 7;
    }
  }

  /** Adds events up; with `back`, answers each with an event of the same number. */
  static final class Handler implements EventHandler<Event> {
    private final RingBuffer<Event> back;
    long sum;
    volatile long last = -1;

    Handler(RingBuffer<Event> back) {
      this.back = back;
    }

    @Override
    public void onEvent(Event event, long sequence, boolean isEndOfBatch) {
      sum += event.a;
      if (back != null) publish(back, event.a);
      if (isEndOfBatch) last = event.a;
    }
  }

  static void publish(RingBuffer<Event> ring, long number) {
    long sequence = ring.next();
    ring.get(sequence).fill(number);
    ring.publish(sequence);
  }

  static Disruptor<Event> start(Handler handler) {
    Disruptor<Event> disruptor =
        new Disruptor<>(
            Event::new,
            CAPACITY,
            work -> {
              Thread thread = new Thread(work);
              thread.setDaemon(true);
              return thread;
            },
            ProducerType.SINGLE,
            new BusySpinWaitStrategy());
    disruptor.handleEventsWith(handler);
    disruptor.start();
    return disruptor;
  }

  static void check(long sum, long count) {
    if (sum == count * (count - 1) / 2) return;
    System.err.println("the sum of the events is wrong");
    System.exit(3);
  }

  /** Millions of events a second. */
  static double throughput(long count, boolean isBatched) {
    Handler handler = new Handler(null);
    Disruptor<Event> disruptor = start(handler);
    RingBuffer<Event> ring = disruptor.getRingBuffer();
    long begin = System.nanoTime();
    if (isBatched) {
      for (long i = 0; i < count; i += GROUP) {
        long high = ring.next(GROUP), low = high - GROUP + 1;
        for (int k = 0; k < GROUP; k++) ring.get(low + k).fill(i + k);
        ring.publish(low, high);
      }
    } else {
      for (long i = 0; i < count; i++) publish(ring, i);
    }
    while (handler.last != count - 1) Thread.onSpinWait();
    double rate = count * 1e3 / (System.nanoTime() - begin);
    disruptor.shutdown();
    check(handler.sum, count);
    return rate;
  }

  /** Nanoseconds there and back; this thread reads the second ring itself. */
  static double roundTrip(long trips) throws Exception {
    RingBuffer<Event> back =
        RingBuffer.createSingleProducer(Event::new, CAPACITY, new BusySpinWaitStrategy());
    Sequence taken = new Sequence();
    back.addGatingSequences(taken);
    SequenceBarrier barrier = back.newBarrier();
    Handler handler = new Handler(back);
    Disruptor<Event> disruptor = start(handler);
    long begin = System.nanoTime();
    for (long i = 0; i < trips; i++) {
      publish(disruptor.getRingBuffer(), i);
      barrier.waitFor(i);
      taken.set(i);
    }
    double nanos = (System.nanoTime() - begin) / (double) trips;
    disruptor.shutdown();
    check(handler.sum, trips);
    return nanos;
  }

  public static void main(String[] words) throws Exception {
    String version = System.getProperty("peer.version", "unknown");
    System.out.printf(
        "{\"LMAX Disruptor\":\"%s, Java %s\"}%n", version, System.getProperty("java.version"));
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] parts = line.split(" ");
      long events = Long.parseLong(parts[1]) / GROUP * GROUP;
      long trips = Long.parseLong(parts[2]);
      System.out.printf(
          "{\"each\":%.3f,\"batched\":%.3f,\"round_trip_ns\":%.1f}%n",
          throughput(events, false), throughput(events, true), roundTrip(trips));
    }
  }
}
