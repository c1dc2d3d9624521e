// An example reader of Millrace's shared memory in C: counts and checks until the writer closes.
//
//     cc -O2 -I Sources/CMillrace/include Benchmarks/Baselines/shm_reader.c -o shm_reader
//     ./shm_reader /dev/shm/millrace/demo/shard-0.ring
//
// Prints {"received","lost","corrupt","bytes","sum","epochs","first_epoch","last_epoch"}; `sum`
// adds up the 8 bytes at offset 8 (ts_event) of every record. Prints "ready" on standard error
// first.
#include <stdio.h>

#include "millrace_shm.h"

int main(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: shm_reader FILE\n");
    return 64;
  }
  millrace_reader reader;
  int answer = millrace_reader_open(&reader, arguments[1], MILLRACE_START_OLDEST, 0);
  if (answer != MILLRACE_OK) {
    fprintf(stderr, "shm_reader: %s: error %d\n", arguments[1], answer);
    return 66;
  }
  fprintf(stderr, "ready\n");
  unsigned char record[MILLRACE_MAX_RECORD_BYTES];
  unsigned long long bytes = 0, sum = 0, epochs = reader.epoch ? 1 : 0, first = reader.epoch;
  for (int event = 0; event != MILLRACE_CLOSED && event != MILLRACE_REPLACED;) {
    event = millrace_reader_poll(&reader, record);
    if (event == MILLRACE_RECORD) {
      uint64_t value;
      __builtin_memcpy(&value, record + 8, 8);
      sum += value;
      bytes += reader.record_bytes;
    } else if (event == MILLRACE_NEW_EPOCH) {
      epochs++;
    } else if (event == MILLRACE_NONE) {
      usleep(100);
    }
  }
  printf("{\"received\":%llu,\"lost\":%llu,\"corrupt\":%llu,\"bytes\":%llu,\"sum\":%llu,",
         (unsigned long long)reader.received, (unsigned long long)reader.lost,
         (unsigned long long)reader.corrupt, bytes, sum);
  printf("\"epochs\":%llu,\"first_epoch\":%llu,\"last_epoch\":%llu}\n", epochs, first,
         (unsigned long long)reader.epoch);
  millrace_reader_close(&reader);
  return 0;
}
