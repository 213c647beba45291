import type { RemediationAlarm } from '../remediation-alarm';

/** A path in the package, because the page has no public address. A fork that publishes it puts the address here. */
const RUNBOOK = 'docs/runbook.md';
const WHERE = 'in the package cdk-ecr-oci-remediation';

/** Points the reader of an alarm to its section. */
export const runbookSentence = (alarm: RemediationAlarm): string => `Runbook: ${RUNBOOK}#${alarm} ${WHERE}.`;
