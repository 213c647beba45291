/** Loads a function and runs it on one batch after the other, in a process of its own, and reports what that took. */
const { peakMiB } = require('./peak-memory.cjs');

const began = performance.now();
const { handler } = require(process.argv[2]);

const loadMs = performance.now() - began;

process.on('message', async (batch) => {
  const invoked = performance.now();
  const { batchItemFailures } = await handler(batch, { getRemainingTimeInMillis: () => 60_000 });
  const invocationMs = performance.now() - invoked;
  const { user, system } = process.cpuUsage();
  process.send({
    failures: batchItemFailures.length,
    loadMs,
    invocationMs,
    peakMiB: peakMiB(),
    cpuSeconds: (user + system) / 1e6,
  });
});
process.on('disconnect', () => process.exit());
