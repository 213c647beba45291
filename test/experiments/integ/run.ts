import { Command, InvalidArgumentError } from 'commander';
import { EXIT } from '../../../bin/cli/exit-code';
import { processIo } from '../../../bin/cli/io';
import { Unavailable } from './aws';
import { integ, type Options, Refused } from './command';

function positive(text: string): number {
  const number = Number(text);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new InvalidArgumentError('Expected a number above 0.');
}

function url(text: string): string {
  if (/^https?:\/\/[^/]+\/?$/.test(text)) return text.replace(/\/$/, '');
  throw new InvalidArgumentError('Expected http:// or https://, a host, and no path.');
}

new Command('npm run integ --')
  .description(
    'Deploys the service in an AWS account under a random name, pushes images, asks the questions of docs/live-questions.md, removes everything and writes a report. Shows what it would make first, and asks.',
  )
  .option('--region <region>', 'the AWS Region (default: the one of the AWS configuration)')
  .option('--endpoint-url <url>', 'an emulator, or `ecr-oci local`, instead of AWS', url)
  .option('--deployed', 'test the service that is deployed, instead of deploying one')
  .option('--stack <name>', 'the stack of --deployed', 'OciImageRemediation')
  .option('--recompresses', 'the service of --deployed has recompressLayers')
  .option('--send-events', "send ECR's push events, at an endpoint where nobody else does")
  .option('--wait <seconds>', 'how long to wait for a companion', positive, 180)
  .option('--time-limit <minutes>', 'when to end and remove everything', positive, 45)
  .option('--keep', 'leave everything there, and list it')
  .option('--report <path>', 'where to write the reports, without .md and .json (default: in reports/)')
  .option('--with-account', 'leave the account and its principals in the reports')
  .option('--yes', 'do not ask')
  .option('--json', 'print the report as JSON')
  .action(async (options: Options) => {
    process.exitCode = await integ(options, processIo);
  })
  .parseAsync()
  .catch((error: unknown) => {
    const isExpected = error instanceof Refused || error instanceof Unavailable || !(error instanceof Error);
    process.stderr.write(
      `error: ${isExpected ? String(error instanceof Error ? error.message : error) : (error.stack ?? error.message)}\n`,
    );
    process.exitCode = EXIT.unknown;
  });
