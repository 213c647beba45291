const { readFileSync } = require('node:fs');

/**
 * The most memory that this process ever had. `maxRSS` would have that of the process that started it, if it is larger:
 * https://man7.org/linux/man-pages/man2/getrusage.2.html
 */
exports.peakMiB = () => {
  const [, peak] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  if (!peak) throw new Error('expected the peak of this process in /proc/self/status');
  return Number(peak) / 1024;
};
