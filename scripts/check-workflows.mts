import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { parse } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly 'timeout-minutes'?: number;
  readonly permissions?: unknown;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>> | string;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** What GitHub itself would find wrong with a workflow. */
async function syntaxErrors(name: string, content: string): Promise<readonly string[]> {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  if (value) await convertWorkflowTemplate(context, value);
  return [...new Set(context.errors.getErrors().map(({ message }) => message))];
}

/** https://docs.github.com/en/actions/reference/security/secure-use */
const PINNED = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

function securityErrors(name: string, content: string): readonly string[] {
  const { permissions, jobs } = parse(content) as Workflow;
  const errors: string[] = [];
  for (const [, uses = ''] of content.matchAll(/^\s*(?:- )?uses: (.*)$/gm))
    if (!PINNED.test(uses)) errors.push(`'${uses}' is not pinned; expected owner/action@<40 hex digits> # v1.2.3`);
  if (typeof permissions !== 'object' || Object.values(permissions).some((access) => access !== 'read'))
    errors.push(`the permissions of the workflow are ${JSON.stringify(permissions)}; expected only read, or {}`);
  for (const [id, { 'timeout-minutes': timeout, steps = [] }] of Object.entries(jobs)) {
    if (timeout === undefined) errors.push(`job ${id} has no timeout-minutes, so a hanging one runs for six hours`);
    for (const { uses = '', run = '', with: inputs = {} } of steps) {
      if (run.includes('${{'))
        errors.push(`job ${id} has an expression in '${run}'; pass it by env, which is not code`);
      if (uses.startsWith('actions/checkout@') && inputs['persist-credentials'] !== false)
        errors.push(`job ${id} checks out without persist-credentials: false`);
    }
  }
  return errors.map((error) => `${name}: ${error}`);
}

const [directory = '.github/workflows'] = process.argv.slice(2);
const files = globSync('*.{yml,yaml}', { cwd: directory }).map((file) => join(directory, file));
const errors: string[] = [];
for (const file of files) {
  const content = readFileSync(file, 'utf8');
  const syntax = await syntaxErrors(basename(file), content);
  errors.push(...syntax, ...(syntax.length > 0 ? [] : securityErrors(basename(file), content)));
}
if (files.length === 0) errors.push(`${directory} has no workflow`);
for (const error of errors) console.error(error);
console.log(`${files.length} workflows, ${errors.length} errors`);
process.exitCode = errors.length > 0 ? 1 : 0;
