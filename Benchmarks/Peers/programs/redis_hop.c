// Records of 64 bytes from one process to another through Redis streams (XADD, XREAD BLOCK).
//
// build: gcc -O3 -o redis_hop redis_hop.c -lhiredis
// usage: redis_hop SOCKET MESSAGES TRIPS     prints one JSON object
#include "hop.h"

#include <hiredis/hiredis.h>

enum { group = 64, most = 512 };
static const char *server;

static redisContext *join(void) {
  redisContext *c = redisConnectUnix(server);
  if (!c || c->err) fail("redis", c ? c->errstr : NULL);
  return c;
}

static redisReply *checked(redisContext *c, redisReply *reply) {
  if (!reply) fail("redis", c->errstr);
  if (reply->type == REDIS_REPLY_ERROR) fail("redis", reply->str);
  return reply;
}

static void forget(const char *key) {
  redisContext *c = join();
  freeReplyObject(checked(c, redisCommand(c, "DEL %s", key)));
  redisFree(c);
}

static void add(redisContext *c, const char *key, uint64_t number) {
  char message[payload];
  const char *words[] = {"XADD", key, "*", "p", message};
  const size_t lengths[] = {4, strlen(key), 1, 1, payload};
  fill(message, number);
  if (redisAppendCommandArgv(c, 5, words, lengths) != REDIS_OK) fail("redis", c->errstr);
}

static void answered(redisContext *c, int count) {
  while (count-- > 0) {
    void *reply = NULL;
    if (redisGetReply(c, &reply) != REDIS_OK) fail("redis", c->errstr);
    freeReplyObject(checked(c, reply));
  }
}

// Waits for entries after `last`, adds their numbers to `sum`, moves `last` on; their count.
static uint64_t take(redisContext *c, const char *key, char last[64], uint64_t *sum) {
  redisReply *reply = checked(
      c, redisCommand(c, "XREAD COUNT %d BLOCK 10000 STREAMS %s %s", most, key, last));
  if (reply->type != REDIS_REPLY_ARRAY) fail("redis", "nothing for ten seconds");
  redisReply *entries = reply->element[0]->element[1];
  uint64_t count = entries->elements;
  for (uint64_t i = 0; i < count; i++) {
    redisReply *value = entries->element[i]->element[1]->element[1];
    *sum += number_of(value->str, value->len);
  }
  snprintf(last, 64, "%s", entries->element[count - 1]->element[0]->str);
  freeReplyObject(reply);
  return count;
}

static void consume(Shared *shared, uint64_t count) {
  redisContext *c = join();
  char last[64] = "0-0";
  uint64_t sum = 0;
  shared->ready = 1;
  for (uint64_t seen = 0; seen < count;) seen += take(c, "there", last, &sum);
  shared->sum = sum;
}

static void one_by_one(Shared *start, uint64_t count) {
  redisContext *c = join();
  start->end = seconds();
  for (uint64_t i = 0; i < count; i++) add(c, "there", i), answered(c, 1);
}

static void pipelined(Shared *start, uint64_t count) {
  redisContext *c = join();
  start->end = seconds();
  for (uint64_t i = 0; i < count;) {
    int n = 0;
    for (; n < group && i < count; n++, i++) add(c, "there", i);
    answered(c, n);
  }
}

static void echo(Shared *shared, uint64_t count) {
  redisContext *c = join();
  char last[64] = "0-0";
  shared->ready = 1;
  for (uint64_t i = 0; i < count; i++) {
    uint64_t sum = 0;
    take(c, "there", last, &sum);
    shared->sum += sum;
    add(c, "back", sum);
    answered(c, 1);
  }
}

static void call(Shared *start, uint64_t count) {
  redisContext *c = join();
  char last[64] = "0-0";
  start->end = seconds();
  for (uint64_t i = 0; i < count; i++) {
    uint64_t sum = 0;
    add(c, "there", i);
    answered(c, 1);
    take(c, "back", last, &sum);
    if (sum != i) fail("redis", "an answer is not the question");
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 64;
  server = argv[1];
  uint64_t count = strtoull(argv[2], NULL, 10), trips = strtoull(argv[3], NULL, 10);
  forget("there");
  double many = count / between(pipelined, consume, count);
  forget("there");
  double one = count / 8 / between(one_by_one, consume, count / 8);
  forget("there"), forget("back");
  double trip = between(call, echo, trips) / trips;
  printf("{\"each\":%.0f,\"pipelined\":%.0f,\"round_trip_ns\":%.0f}\n", one, many, trip * 1e9);
  return 0;
}
