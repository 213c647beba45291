import { Progress } from '../../../bin/cli/progress';
import { Written } from '../../support/written';

test('without a terminal it is a line now and then, and none if nothing moved', () => {
  jest.useFakeTimers();
  const stderr = new Written();
  const progress = new Progress(stderr);
  progress.start('repairing', 500);
  jest.advanceTimersByTime(9_999);
  expect(stderr.text).toBe('');
  progress.update(20);
  jest.advanceTimersByTime(20_001);
  expect(stderr.text).toBe('repairing: 20 of 500\n');
  progress.stop();
  progress.update(30);
  jest.advanceTimersByTime(60_000);
  expect(stderr.text).toBe('repairing: 20 of 500\n');
  jest.useRealTimers();
});

test('on a terminal it is a bar, which goes away', () => {
  const stderr = new Written(true);
  const progress = new Progress(stderr);
  progress.start('reading', 4);
  progress.update(1);
  progress.stop();
  expect(stderr.text).toMatch(/reading \[\.+\] 0\/4, /);
});

test('hidden, it writes nothing', () => {
  const stderr = new Written(true);
  const progress = new Progress(stderr, false);
  progress.start('reading', 5);
  progress.update(5);
  progress.stop();
  expect(stderr.text).toBe('');
});
