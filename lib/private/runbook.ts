import type { RemediationAlarm } from '../remediation-alarm';

/** By path and package, because only its user knows where it is served. A fork that publishes the page puts the address here. */
const RUNBOOK = 'docs/runbook.md';
const WHERE = 'in the package cdk-ecr-oci-remediation';

/** The sentence that takes the reader of an alarm to its section. */
export const runbookSentence = (alarm: RemediationAlarm): string => `Runbook: ${RUNBOOK}#${alarm} ${WHERE}.`;
