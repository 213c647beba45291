import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { OciImageRemediationStack } from '../../../lib';

interface Rule {
  readonly Properties: { readonly EventPattern: { readonly detail?: { readonly 'action-type'?: readonly string[] } } };
}

/** The event pattern of the rule of pushes, with the stack's defaults, as EventBridge gets it. */
export function pushRulePattern(account: string, region: string): string {
  const stack = new OciImageRemediationStack(new App(), 'Rules');
  const rules = Object.values(Template.fromStack(stack).findResources('AWS::Events::Rule')) as Rule[];
  const rule = rules.find(({ Properties }) => Properties.EventPattern.detail?.['action-type']?.includes('PUSH'));
  if (!rule) throw new Error('the stack has no rule of pushes');
  return JSON.stringify(rule.Properties.EventPattern)
    .replaceAll('{"Ref":"AWS::AccountId"}', JSON.stringify(account))
    .replaceAll('{"Ref":"AWS::Region"}', JSON.stringify(region));
}
