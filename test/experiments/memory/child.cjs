/** Runs the bundled function on one batch, in a process of its own, and reports the most memory that it ever had. */
const { handler } = require(process.argv[2]);

process.once('message', async (batch) => {
  const { batchItemFailures } = await handler(batch, { getRemainingTimeInMillis: () => 60_000 });
  const { maxRSS, userCPUTime } = process.resourceUsage();
  process.send({ failures: batchItemFailures.length, peakMiB: maxRSS / 1024, cpuSeconds: userCPUTime / 1e6 }, () =>
    process.exit(),
  );
});
