import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as ecr from '@aws-sdk/client-ecr';
import * as events from '@aws-sdk/client-eventbridge';
import * as lambda from '@aws-sdk/client-lambda';

const root = join(__dirname, '..');

/** AWS's models of the APIs whose SDK is here, from which the AWS CLI makes its options, too. */
const MODELS: Readonly<Record<string, object>> = { cloudformation, ecr, events, lambda, logs };

/** Those that the CLI adds by itself. https://docs.aws.amazon.com/cli/latest/reference/#available-services */
const OWN_COMMANDS = ['cloudformation deploy', 'logs tail'];
const OWN_OPTIONS = ['query', 'output', 'region', 'profile', 'call-as'];

const pascal = (name: string) => name.replace(/(?:^|-)([a-z])/g, (_, letter) => letter.toUpperCase());
const kebab = (member: string) => member.replace(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase();

const modelOf = (service: string, operation: string): object | undefined => {
  const model: Record<string, unknown> = { ...MODELS[service] };
  const input = model[`${pascal(operation)}Request$`] ?? model[`${pascal(operation)}Input$`];
  return input as object | undefined;
};

/** What is wrong with the commands of a text. */
function mistakesIn(text: string): string[] {
  const commands = text.replace(/\\\n/g, ' ').matchAll(/\baws ([a-z]+) ([a-z]+(?:-[a-z]+)*)([^\n`]*)/g);
  return [...commands].flatMap(([, service = '', operation = '', rest = '']) => {
    if (!(service in MODELS) || OWN_COMMANDS.includes(`${service} ${operation}`)) return [];
    const input = modelOf(service, operation);
    if (!input) return [`${service} ${operation}`];
    const members: readonly string[] = Object.values(input).find(Array.isArray) ?? [];
    const known = new Set([...members.flatMap((one) => [kebab(one), `no-${kebab(one)}`]), ...OWN_OPTIONS]);
    const [own = ''] = rest.split(/[|;]|\$\(/);
    const options = [...own.matchAll(/(?<=\s)--([a-z][a-z-]*)/g)].map(([, option]) => `${option}`);
    return options.filter((option) => !known.has(option)).map((option) => `${service} ${operation} --${option}`);
  });
}

test.each(globSync('{*.md,{docs,examples}/**/*.md}', { cwd: root, exclude: ['**/node_modules'] }))(
  '%s has commands of the AWS CLI, and options, that there are',
  (file) => {
    expect(mistakesIn(readFileSync(join(root, file), 'utf8'))).toEqual([]);
  },
);

test('a command and options that there are not are noticed', () => {
  const text =
    '`aws ecr list-pictures` and\n\naws cloudformation create-stack-set --stack-set-name a \\\n  --ous b --regions c';
  expect(mistakesIn(text)).toEqual([
    'ecr list-pictures',
    'cloudformation create-stack-set --ous',
    'cloudformation create-stack-set --regions',
  ]);
});
