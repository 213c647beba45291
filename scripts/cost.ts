import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Table from 'cli-table3';
import { Command, InvalidArgumentError } from 'commander';
import { METRICS } from '../lambda/core/contract';
import { RECOMPRESSION_MEMORY_SIZE } from '../lib/private/recompression';
import { REPORTED_PRICES, type Scans, scanCost } from './scan-cost';

/** US dollars, list prices of us-east-1 without the free tier; another Region differs by some percent. https://aws.amazon.com/pricing/ */
const PRICE = {
  alarmMonth: 0.1,
  dashboardMonth: 3,
  metricMonth: 0.3,
  lambdaRequest: 0.2e-6,
  lambdaArmGigabyteSecond: 0.0000133334,
  sqsRequest: 0.4e-6,
  customEvent: 1e-6,
  logGigabyte: 0.5,
};

/** The function that recompresses layers, and how fast it's taken to be: docs/recompression.md */
const RECOMPRESSION = { gigabytes: RECOMPRESSION_MEMORY_SIZE / 1024, megabytesPerSecond: 50 };

/** What one push costs the service, on the high side. */
const ASSUMED = {
  billedSeconds: 1,
  logBytes: 2_000,
  sqsRequestsPerPush: 3,
  pollersPerMapping: 5,
  pollSeconds: 20,
  reasonsMet: 3,
};

function amount(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && number >= 0) return number;
  throw new InvalidArgumentError('Expected a number.');
}

const scans = new Command('npm run cost --')
  .description('What a month of the service costs, by the synthesized template.')
  .option('--scanned <companions>', 'companions put in a month that are scanned as they are put', amount, 0)
  .option('--kept <companions>', 'companions that stay and are scanned again', amount, 0)
  .option('--rescans <number>', 're-scans of each in a month', amount, 0)
  .option('--scan-price <dollars>', 'of the first scan of an image', amount, REPORTED_PRICES.scanPrice)
  .option('--rescan-price <dollars>', 'of a re-scan', amount, REPORTED_PRICES.rescanPrice)
  .parse()
  .opts<Scans>();

const MONTH_SECONDS = 30 * 24 * 3600;

interface Resource {
  readonly Type: string;
  readonly Properties?: { readonly MemorySize?: number };
}

function resources(): readonly Resource[] {
  const [file] = globSync('*.template.json', { cwd: join(__dirname, '..', 'cdk.out') });
  if (!file) throw new Error('cdk.out has no template: run npm run synth first');
  return Object.values(JSON.parse(readFileSync(join(__dirname, '..', 'cdk.out', file), 'utf8')).Resources);
}

const all = resources();
const ofType = (type: string) => all.filter(({ Type }) => Type === type);
const memoryGigabytes = (ofType('AWS::Lambda::Function')[0]?.Properties?.MemorySize ?? 128) / 1024;
const RECOMPRESSION_METRICS: readonly string[] = [
  METRICS.recompressing,
  METRICS.recompressed,
  METRICS.recompressedBytes,
];
const recompresses = ofType('AWS::Lambda::Function').length > 1;
const names = Object.values(METRICS).filter((name) => recompresses || !RECOMPRESSION_METRICS.includes(name));
/** One for each name, one for each of the four media types, and some reasons of refusals. */
const metrics = names.length + 4 + ASSUMED.reasonsMet;
const mappings = ofType('AWS::Lambda::EventSourceMapping').length;

const perPush =
  PRICE.lambdaRequest +
  ASSUMED.billedSeconds * memoryGigabytes * PRICE.lambdaArmGigabyteSecond +
  ASSUMED.sqsRequestsPerPush * PRICE.sqsRequest +
  PRICE.customEvent +
  (ASSUMED.logBytes / 1e9) * PRICE.logGigabyte;
const rows: readonly (readonly [string, number])[] = [
  [`${ofType('AWS::CloudWatch::Alarm').length} alarms`, ofType('AWS::CloudWatch::Alarm').length * PRICE.alarmMonth],
  [
    `${ofType('AWS::CloudWatch::Dashboard').length} dashboard`,
    ofType('AWS::CloudWatch::Dashboard').length * PRICE.dashboardMonth,
  ],
  [`${metrics} custom metrics`, metrics * PRICE.metricMonth],
  [
    `${mappings} idle queue polling`,
    mappings * (MONTH_SECONDS / ASSUMED.pollSeconds) * ASSUMED.pollersPerMapping * PRICE.sqsRequest,
  ],
  ['10,000 pushes', 10_000 * perPush],
  ...(scanCost(scans) > 0 ? ([['scans of companions', scanCost(scans)]] as const) : []),
];

const table = new Table({ head: ['a month', 'USD'], style: { head: [], border: [] }, colAligns: ['left', 'right'] });
for (const [what, dollars] of rows) table.push([what, dollars.toFixed(2)]);
table.push(['together', rows.reduce((sum, [, dollars]) => sum + dollars, 0).toFixed(2)]);
console.log(table.toString());
const recompressedTerabyte =
  (1e6 / RECOMPRESSION.megabytesPerSecond) * RECOMPRESSION.gigabytes * PRICE.lambdaArmGigabyteSecond;
console.log(`A million pushes: ${(1e6 * perPush).toFixed(2)} USD.`);
console.log(
  `A TB of tar recompressed, at ${RECOMPRESSION.megabytesPerSecond} MB/s: ${recompressedTerabyte.toFixed(2)} USD.`,
);
console.log(
  `Assumed for each push: ${ASSUMED.billedSeconds} s of ${memoryGigabytes * 1024} MB on Arm, ${ASSUMED.logBytes} bytes of log, one event. Scans by Amazon Inspector are counted with --scanned.`,
);
