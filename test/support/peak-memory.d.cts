export function peakMiB(): number;
