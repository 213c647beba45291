/** Loads a function and runs it on one batch after the other, in a process of its own, and reports what that took. */
const { readFileSync } = require('node:fs');

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
    peakMiB: peakKiB() / 1024,
    cpuSeconds: (user + system) / 1e6,
  });
});
process.on('disconnect', () => process.exit());

/** `maxRSS` would have that of the process that started this one, if it is larger: https://man7.org/linux/man-pages/man2/getrusage.2.html */
function peakKiB() {
  const [, peak] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(peak);
}
