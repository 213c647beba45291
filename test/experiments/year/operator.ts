import type { LocalAccount } from '../../../local/account/account';
import { imageActionEvent } from '../../../local/ecr/image-action';
import { requestEvent } from '../../support/request-event';
import { NO_AWS_CONFIGURATION, runCli } from '../../support/run-cli';
import type { Cause } from './alarms';
import { manifestsOf } from './pushes';

/** Somebody of the platform team, who does on the same day what docs/runbook.md says. */
export class Operator {
  /** Repositories that opted out. */
  readonly leftAlone = new Set<string>();
  readonly #done = new Set<string>();

  constructor(readonly account: LocalAccount) {}

  /** @returns what was done; `nothing` if there is nothing to do, or it was done before and did not help */
  async act(alarm: string, { repository, tag, reason }: Cause): Promise<string> {
    const key = [alarm, repository, reason, ...(reason === 'zstd-layer' || reason === 'kms-key' ? [tag] : [])].join();
    const isToday = this.#done.has(`${key} ${this.#today}`);
    if (isToday) return 'done already';
    if (this.#done.has(key)) return 'nothing';
    this.#done.add(key).add(`${key} ${this.#today}`);
    switch (reason) {
      case 'LifecycleRisk':
        return this.#mendPolicy(repository);
      case 'access-denied':
        return this.#optOut(repository);
      case 'kms-key':
        this.account.ecr.setKeyUsable(repository, true);
        this.account.bus.put(requestEvent(this.account.bus, 'Image Repair Requested', { repository, tag }));
        await this.account.settle();
        return 'enabled the key, asked for the repair';
      case 'zstd-layer':
        await this.#pushAgain(repository, tag);
        return 'built with gzip, pushed again';
      default:
        return 'nothing';
    }
  }

  get #today(): string {
    return new Date(this.account.bus.now).toISOString().slice(0, 10);
  }

  async #mendPolicy(repository: string): Promise<string> {
    const { endpoint, bus } = this.account;
    const { code } = await runCli(['lifecycle', repository, '--apply', '--yes', '--endpoint-url', endpoint], {
      env: { ...NO_AWS_CONFIGURATION, AWS_REGION: bus.region, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' },
      clock: { now: () => bus.now, sleep: async () => {} },
    });
    return code === 0 ? 'ecr-oci lifecycle --apply' : this.#optOut(repository);
  }

  async #optOut(repository: string): Promise<string> {
    const { ecr, endpoint } = this.account;
    ecr.tagResource(repository, { 'ecr-oci-remediation': 'disabled' });
    this.leftAlone.add(repository);
    for (const tag of ecr.tags(repository).keys())
      if (tag.endsWith('-dockerv2')) await fetch(`${endpoint}/v2/${repository}/manifests/${tag}`, { method: 'DELETE' });
    await this.account.settle();
    return 'opted out, deleted the companions';
  }

  async #pushAgain(repository: string, tag: string): Promise<void> {
    const { ecr, bus } = this.account;
    for (const { bytes, mediaType } of manifestsOf('image', `${repository}-${tag}-again`, tag)) {
      const manifest = ecr.store(repository, { bytes, mediaType, tag });
      bus.put(
        imageActionEvent({ type: 'PUSH', repository, tag, manifest }, bus.accountId, bus.region, new Date(bus.now)),
      );
    }
    await this.account.settle();
  }
}
