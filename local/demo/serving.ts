import type { EventBridgeEvent } from '../aws/event';

/** What a person does next. */
export const describeServing = (host: string, cli: string): string => `
A laptop-sized account is up at http://${host}: any credentials, repositories appear on push. Ctrl-C ends it.

Push an OCI image of your own (one of these):
  skopeo copy --dest-tls-verify=false docker://docker.io/library/alpine:3 docker://${host}/team/app:v1 --format oci
  buildah push --tls-verify=false IMAGE docker://${host}/team/app:v1
  docker tag IMAGE ${host}/team/app:v1 && docker push ${host}/team/app:v1

Then look at its companion:
  ${cli} check ${host}/team/app:v1
  skopeo inspect --raw --tls-verify=false docker://${host}/team/app:v1-dockerv2
  docker pull ${host}/team/app:v1-dockerv2
  AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x aws ecr describe-images --repository-name team/app --region eu-north-1 --endpoint-url http://${host}

What the service does is printed here:`;

/** One line for an outcome; nothing for other events. */
export function lineOfOutcome({ source, detail }: EventBridgeEvent, host: string): string | undefined {
  if (source !== 'ecr-oci-remediation') return undefined;
  const { repository, sourceTag, outcome, reason, companionTag, companionDigest, detail: why } = detail;
  const what = companionDigest ? `${host}/${repository}:${companionTag} (${companionDigest})` : `${reason}: ${why}`;
  return `${repository}:${sourceTag}  ${outcome}  ${what}`;
}
