// Records of 64 bytes from one process to another through NATS: core publish and subscribe, and
// JetStream with its stream in memory.
//
// build: gcc -O3 -o nats_hop nats_hop.c -lnats
// usage: nats_hop URL MESSAGES TRIPS     prints one JSON object
#include "hop.h"

#include <nats/nats.h>

enum { patience_ms = 10000, window = 1024 };
static const char *server;

static void ok(natsStatus status) {
  if (status != NATS_OK) fail("nats", natsStatus_GetText(status));
}

// `asap`: each message goes to the socket at once, instead of with those that follow it.
static natsConnection *join(bool asap) {
  natsOptions *options = NULL;
  natsConnection *c = NULL;
  ok(natsOptions_Create(&options));
  ok(natsOptions_SetURL(options, server));
  ok(natsOptions_SetSendAsap(options, asap));
  ok(natsConnection_Connect(&c, options));
  natsOptions_Destroy(options);
  return c;
}

static natsSubscription *listen_to(natsConnection *c, const char *subject) {
  natsSubscription *s = NULL;
  ok(natsConnection_SubscribeSync(&s, c, subject));
  ok(natsSubscription_SetPendingLimits(s, -1, -1));
  ok(natsConnection_FlushTimeout(c, patience_ms));
  return s;
}

static uint64_t take(natsSubscription *s) {
  natsMsg *m = NULL;
  ok(natsSubscription_NextMsg(&m, s, patience_ms));
  uint64_t number = number_of(natsMsg_GetData(m), natsMsg_GetDataLength(m));
  natsMsg_Destroy(m);
  return number;
}

static void send_to(natsConnection *c, const char *subject, uint64_t number) {
  char message[payload];
  fill(message, number);
  ok(natsConnection_Publish(c, subject, message, payload));
}

static void consume(Shared *shared, uint64_t count) {
  natsSubscription *s = listen_to(join(true), "there");
  uint64_t sum = 0;
  shared->ready = 1;
  for (uint64_t i = 0; i < count; i++) sum += take(s);
  shared->sum = sum;
}

static void produce(Shared *start, uint64_t count) {
  natsConnection *c = join(false);
  start->end = seconds();
  for (uint64_t i = 0; i < count; i++) send_to(c, "there", i);
  ok(natsConnection_FlushTimeout(c, patience_ms));
}

static void echo(Shared *shared, uint64_t count) {
  natsConnection *c = join(true);
  natsSubscription *s = listen_to(c, "there");
  uint64_t sum = 0;
  shared->ready = 1;
  for (uint64_t i = 0; i < count; i++) {
    uint64_t number = take(s);
    sum += number;
    send_to(c, "back", number);
  }
  ok(natsConnection_FlushTimeout(c, patience_ms));
  shared->sum = sum;
}

static void call(Shared *start, uint64_t count) {
  natsConnection *c = join(true);
  natsSubscription *s = listen_to(c, "back");
  start->end = seconds();
  for (uint64_t i = 0; i < count; i++) {
    send_to(c, "there", i);
    if (take(s) != i) fail("nats", "an answer is not the question");
  }
}

static jsCtx *stream(natsConnection *c) {
  jsOptions options;
  jsCtx *js = NULL;
  ok(jsOptions_Init(&options));
  options.PublishAsync.MaxPending = window;
  ok(natsConnection_JetStream(&js, c, &options));
  return js;
}

// An empty stream in memory: that of a run before is deleted.
static void make_stream(void) {
  natsConnection *c = join(true);
  jsCtx *js = stream(c);
  jsStreamConfig config;
  const char *subjects[] = {"kept"};
  jsErrCode code = 0;
  js_DeleteStream(js, "KEPT", NULL, &code);
  ok(jsStreamConfig_Init(&config));
  config.Name = "KEPT";
  config.Subjects = subjects;
  config.SubjectsLen = 1;
  config.Storage = js_MemoryStorage;
  ok(js_AddStream(NULL, js, &config, NULL, &code));
  jsCtx_Destroy(js);
  natsConnection_Destroy(c);
}

static void consume_kept(Shared *shared, uint64_t count) {
  jsCtx *js = stream(join(true));
  natsSubscription *s = NULL;
  jsSubOptions options;
  jsErrCode code = 0;
  uint64_t sum = 0;
  ok(jsSubOptions_Init(&options));
  options.Config.AckPolicy = js_AckNone;
  ok(js_SubscribeSync(&s, js, "kept", NULL, &options, &code));
  ok(natsSubscription_SetPendingLimits(s, -1, -1));
  shared->ready = 1;
  for (uint64_t i = 0; i < count; i++) sum += take(s);
  shared->sum = sum;
}

static void produce_kept(Shared *start, uint64_t count) {
  natsConnection *c = join(false);
  jsCtx *js = stream(c);
  jsPubOptions options;
  ok(jsPubOptions_Init(&options));
  options.MaxWait = patience_ms;
  start->end = seconds();
  for (uint64_t i = 0; i < count; i++) {
    char message[payload];
    fill(message, i);
    ok(js_PublishAsync(js, "kept", message, payload, NULL));
  }
  ok(js_PublishAsyncComplete(js, &options));
}

int main(int argc, char **argv) {
  if (argc != 4) return 64;
  server = argv[1];
  uint64_t count = strtoull(argv[2], NULL, 10), trips = strtoull(argv[3], NULL, 10);
  double core = count / between(produce, consume, count);
  double trip = between(call, echo, trips) / trips;
  pid_t maker = fork();
  if (maker == 0) make_stream(), _exit(0);
  int status = 0;
  waitpid(maker, &status, 0);
  double kept = status == 0 ? count / between(produce_kept, consume_kept, count) : 0;
  printf("{\"core\":%.0f,\"round_trip_ns\":%.0f,\"jetstream\":%.0f}\n", core, trip * 1e9, kept);
  return 0;
}
