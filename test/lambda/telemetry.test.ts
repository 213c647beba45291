import { emitMetrics, log } from '../../lambda/telemetry';
import { captureLines } from '../support/fake-service';

const lines = captureLines();

test('a log line is one JSON object with a time', () => {
  log('WARN', 'what happened', { tag: 'v1' });
  const [line] = lines.logs();
  expect(line).toEqual({ timestamp: expect.any(String), level: 'WARN', message: 'what happened', tag: 'v1' });
  expect(Math.abs(Date.parse(String(line?.timestamp)) - Date.now())).toBeLessThan(5_000);
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
test('metrics are one line of the embedded metric format', () => {
  emitMetrics('remediation', { Converted: 2, TimeToCompanion: 1_500 });
  expect(lines.metrics()).toEqual([
    {
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'EcrOciRemediation',
            Dimensions: [['FunctionName']],
            Metrics: [
              { Name: 'Converted', Unit: 'Count' },
              { Name: 'TimeToCompanion', Unit: 'Milliseconds' },
            ],
          },
        ],
      },
      FunctionName: 'remediation',
      Converted: 2,
      TimeToCompanion: 1_500,
    },
  ]);
});

test('a further dimension makes a metric of its own', () => {
  emitMetrics('remediation', { Refused: 1 }, { Reason: 'zstd-layer' });
  expect(lines.metrics()).toMatchObject([
    {
      _aws: { CloudWatchMetrics: [{ Dimensions: [['FunctionName', 'Reason']] }] },
      FunctionName: 'remediation',
      Reason: 'zstd-layer',
      Refused: 1,
    },
  ]);
});

test('each line ends, so that the next is a line of its own', () => {
  const written: string[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  log('INFO', 'a', {});
  log('INFO', 'b', {});
  expect(written.map((text) => text.match(/\n/g)?.length)).toEqual([1, 1]);
  expect(written.every((text) => text.endsWith('\n'))).toBe(true);
});
