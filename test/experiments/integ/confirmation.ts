import { METRICS } from '../../../lambda/core/contract';
import { RemediationAlarm } from '../../../lib';
import type { Deployment } from './deployment';
import type { Names } from './names';

/** US dollars, list prices of us-east-1 without the free tier. https://aws.amazon.com/cloudwatch/pricing/ */
const METRIC_MONTH = 0.3;
const ALARM_MONTH = 0.1;
const HOURS_OF_A_MONTH = 730;
/** Media types and reasons are metrics of their own. */
const FURTHER_METRICS = 7;
/** Requests, invocations, logs and kilobytes of images, of which the archived one is billed for 90 days. */
const EVERYTHING_ELSE = 0.01;

/** Each hour that has begun is billed. */
export function costOf(limitMinutes: number, deploys: boolean): number {
  const hours = Math.ceil(limitMinutes / 60) + 1;
  const metrics = Object.keys(METRICS).length + FURTHER_METRICS;
  const month = metrics * METRIC_MONTH + Object.keys(RemediationAlarm).length * ALARM_MONTH;
  return (deploys ? (month / HOURS_OF_A_MONTH) * hours : 0) + EVERYTHING_ELSE;
}

export interface Confirmation {
  readonly where: string;
  readonly region: string;
  readonly account: string;
  readonly caller: string;
  readonly names: Names;
  readonly plan: Awaited<ReturnType<Deployment['plan']>>;
  readonly deploys: boolean;
  readonly limitMinutes: number;
  readonly keep: boolean;
}

/** What a person has to know before they say yes. */
export const textOf = (about: Confirmation): string => `This run uses
  ${about.where}, Region ${about.region}
  account ${about.account}, as ${about.caller}

It makes, under names that begin with ${about.names.prefix}:
${about.plan.map((line) => `  - ${line}`).join('\n')}
  - Four ECR repositories with six images of some kilobytes. One image is archived, and one repository has a policy that
    denies reads and puts.
  - An IAM role that SageMaker and Lambda can assume, and that can read these repositories only.
  - Two SageMaker models and three Lambda functions. None of them runs.
It also sends one event to the default event bus of another Region, which asks whether that can be done.

It deletes all of it at the end${about.keep ? ', unless you use --keep, AS YOU DO NOW' : ''}. It ends after ${about.limitMinutes} minutes, and then deletes.
Estimated cost: ${costOf(about.limitMinutes, about.deploys).toFixed(2)} USD, and about 1 USD more if Amazon Inspector scans every repository.
It reads, changes and deletes nothing else.
`;
