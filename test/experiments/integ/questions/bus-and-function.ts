import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { PutEventsCommand, TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { GetFunctionRecursionConfigCommand } from '@aws-sdk/client-lambda';
import { partition } from '@aws-sdk/core/client';
import { EVENT_SOURCE } from '../../../../lambda/core/contract';
import { companionTagOf } from '../names';
import { PUSH_DETAIL_TYPE, PUSH_SOURCE, pushDetail } from '../push-events';
import { pushRulePattern } from '../push-rule';
import { until } from '../run-context';
import type { Asking } from './asking';
import { NotAsked } from './not-asked';
import { asked, type Question } from './question';

const LOG_SECONDS = 60;

/** @throws NotAsked if the stack isn't known, or has no such output */
async function outputOf({ context: { deployment } }: Asking, name: string): Promise<string> {
  try {
    return await deployment.output(name);
  } catch (error) {
    throw new NotAsked(`the stack's output ${name} isn't known: ${error instanceof Error ? error.message : error}`);
  }
}

/** The tags of one push event each, and whether the push rule must take it. */
const TAKEN: Readonly<Record<string, boolean>> = { v1: true, '': false, [companionTagOf('v1')]: false };

export const busAndFunctionQuestions: readonly Question[] = [
  {
    number: 11,
    text: 'Does EventBridge accept the push rule?',
    calls: ['events:TestEventPattern'],
    how: asked(
      {
        accepted: 'it does, and takes and leaves events as intended; an empty tag is left',
        refused: 'it refuses the pattern, so that the stack cannot be deployed',
        'matches otherwise': 'it takes events that it should leave, or leaves some that it should take',
      },
      async ({ context: { aws }, images, repositories }) => {
        const { account } = repositories;
        const EventPattern = pushRulePattern(account, aws.region);
        for (const [tag, isTaken] of Object.entries(TAKEN)) {
          const Event = JSON.stringify({
            id: '7bf73129-1428-4cd3-a780-95db273d1602',
            'detail-type': PUSH_DETAIL_TYPE,
            source: PUSH_SOURCE,
            account,
            time: '2026-11-01T00:00:00Z',
            region: aws.region,
            resources: [],
            detail: pushDetail(images.manifest, tag),
          });
          const answer = await aws.ask(
            'events:TestEventPattern',
            `of a push of '${tag}'`,
            () => aws.events.send(new TestEventPatternCommand({ EventPattern, Event })),
            ({ Result }) => String(Result),
          );
          if (answer.kind === 'refused') return 'refused';
          if (answer.output.Result === undefined) throw new NotAsked('events:TestEventPattern gave no result');
          if (answer.output.Result !== isTaken) return 'matches otherwise';
        }
        return 'accepted';
      },
    ),
  },
  {
    number: 12,
    text: 'How much memory does an invocation take on Lambda?',
    calls: ['logs:FilterLogEvents'],
    how: asked({ measured: 'the evidence has the most that one took' }, async (asking) => {
      const { context } = asking;
      const { aws } = context;
      const logGroupName = await outputOf(asking, 'LogGroupName');
      const filter = new FilterLogEventsCommand({ logGroupName, filterPattern: '"platform.report"' });
      const messages = await until(context, 'a report of an invocation', LOG_SECONDS, async () => {
        const { events = [] } = await aws.call('logs:FilterLogEvents', () => aws.logs.send(filter));
        return events.length === 0 ? undefined : events.map(({ message }) => `${message}`);
      });
      const used = messages.map((message) => Number(JSON.parse(message).record.metrics.maxMemoryUsedMB));
      aws.evidence.push(`logs:FilterLogEvents: at most ${Math.max(...used)} MB in ${used.length} invocations`);
      return 'measured';
    }),
  },
  {
    number: 13,
    text: "Does Lambda's recursive loop detection see an audit that requests its own next page?",
    calls: ['lambda:GetFunctionRecursionConfig'],
    how: asked(
      { Allow: 'it may not stop the function', Terminate: 'it may stop the function in the middle of an audit' },
      async (asking) => {
        const { aws } = asking.context;
        const FunctionName = await outputOf(asking, 'FunctionName');
        const get = () => aws.lambda.send(new GetFunctionRecursionConfigCommand({ FunctionName }));
        const show = ({ RecursiveLoop }: Awaited<ReturnType<typeof get>>) => `${RecursiveLoop}`;
        const answer = await aws.ask('lambda:GetFunctionRecursionConfig', 'of the function', get, show);
        if (answer.kind === 'refused') throw new NotAsked(`it can't be read: ${answer.error}`);
        return answer.output.RecursiveLoop === 'Allow' ? 'Allow' : 'Terminate';
      },
    ),
  },
  {
    number: 14,
    text: 'Can `PutEvents` reach a bus in another Region?',
    calls: ['events:PutEvents'],
    how: asked(
      { accepted: 'the event is accepted; whether it arrives is to be seen there', refused: 'it cannot' },
      async ({ context: { aws }, repositories }) => {
        const { name } = partition(aws.region);
        if (name !== 'aws') throw new NotAsked(`no other Region of the partition ${name} is known here`);
        const other = aws.region === 'us-east-1' ? 'us-west-2' : 'us-east-1';
        const EventBusName = `arn:aws:events:${other}:${repositories.account}:event-bus/default`;
        const entry = { EventBusName, Source: `${EVENT_SOURCE}.integ`, DetailType: 'Nothing', Detail: '{}' };
        const answer = await aws.ask(
          'events:PutEvents',
          `to the default bus of ${other}`,
          () => aws.events.send(new PutEventsCommand({ Entries: [entry] })),
          ({ Entries }) => Entries?.map((one) => one.ErrorMessage ?? 'accepted').join() ?? 'no answer',
        );
        const isAccepted = answer.kind === 'answered' && answer.output.FailedEntryCount === 0;
        return isAccepted ? 'accepted' : 'refused';
      },
    ),
  },
];
