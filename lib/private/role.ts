import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

export const createRole = (scope: Construct, description: string): iam.Role =>
  new iam.Role(scope, 'Role', {
    description,
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
  });

/**
 * Attaches a policy that belongs to the construct, so that the role can be in another stack: statements that were added to the
 * role itself would make its stack depend on this one, and this one depends on the role.
 *
 * @returns what the function must depend on, because Lambda checks the permissions when it creates an event source mapping
 */
export function attachPolicy(scope: Construct, role: iam.IRole, document: iam.PolicyDocument): iam.Policy {
  const policy = new iam.Policy(scope, 'Policy', { document });
  role.attachInlinePolicy(policy);
  return policy;
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-pulltimeupdateexclusion.html */
export const excludeFromPullTimes = (scope: Construct, role: iam.IRole): ecr.CfnPullTimeUpdateExclusion =>
  new ecr.CfnPullTimeUpdateExclusion(scope, 'PullTimeExclusion', { principalArn: role.roleArn });
