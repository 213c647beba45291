import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { asString, type JsonObject, show } from '../aws/json';
import { unsupported } from '../aws/unsupported';
import type { InvocationResult } from '../lambda/messages';
import { Answers, type RequestIds, type ResourceAnswer } from './answers';
import type { CustomResourceView } from './custom-resources';
import type { Template } from './index';
import type { Identity } from './names';

export interface StackOptions {
  /** Invokes the function with this ARN, as Lambda does for an event. */
  readonly invoke: (functionArn: string, event: unknown) => Promise<InvocationResult>;
  /** Lets time pass, in milliseconds. */
  readonly elapse: (ms: number) => Promise<void>;
  /** Where functions send their answers: `http://127.0.0.1:PORT`. */
  readonly endpoint: () => string;
  /** What AWS would refuse of the other resources. */
  readonly refusal: (template: Template) => string | undefined;
}

export interface StackResult {
  readonly status:
    | 'CREATE_COMPLETE'
    | 'UPDATE_COMPLETE'
    | 'ROLLBACK_COMPLETE'
    | 'UPDATE_ROLLBACK_COMPLETE'
    | 'UPDATE_ROLLBACK_FAILED'
    | 'DELETE_COMPLETE'
    | 'DELETE_FAILED';
  /** Of the resource that failed first. */
  readonly reason?: string;
}

/** One request that a custom resource got, and what came of it. */
export interface ResourceEvent {
  readonly type: 'Create' | 'Update' | 'Delete';
  readonly logicalId: string;
  readonly status: ResourceAnswer['status'];
  readonly reason?: string;
}

interface Deployed {
  readonly view: CustomResourceView;
  readonly properties: JsonObject;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What a rollback undoes. */
interface Change {
  readonly logicalId: string;
  readonly before: Deployed | undefined;
}

class ResourceFailed extends Error {
  override readonly name = 'ResourceFailed';
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const RETRIES_AFTER_MS = [60_000, 120_000];

/**
 * The custom resources of one stack, as CloudFormation creates, updates and deletes them. Nothing else that a template declares is created:
 * the account reads it when it needs it.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources.html
 */
export class LocalStack {
  /** Every request so far, in order. */
  readonly events: ResourceEvent[] = [];
  readonly answers = new Answers();
  readonly #deployed = new Map<string, Deployed>();
  readonly #identities = new Map<string, Identity>();
  #template: Template | undefined;

  constructor(readonly options: StackOptions) {}

  /** What the template's references to custom resources are worth now. */
  get identities(): ReadonlyMap<string, Identity> {
    return this.#identities;
  }

  /** Creates the stack, or updates it. What fails is undone. */
  async deploy(template: Template): Promise<StackResult> {
    const isNew = this.#template === undefined;
    const changes: Change[] = [];
    try {
      for (const view of template.customResources) await this.#createOrUpdate(template, view, changes);
      const refusal = this.options.refusal(template);
      if (refusal !== undefined) throw new ResourceFailed(refusal);
    } catch (error) {
      if (!(error instanceof ResourceFailed)) throw error;
      const isUndone = await this.#rollBack(template, changes);
      const status = isNew ? 'ROLLBACK_COMPLETE' : isUndone ? 'UPDATE_ROLLBACK_COMPLETE' : 'UPDATE_ROLLBACK_FAILED';
      return { status, reason: error.message };
    }
    await this.#cleanUp(template, changes);
    this.#template = template;
    return { status: isNew ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE' };
  }

  async delete(): Promise<StackResult> {
    const template = this.#template;
    for (const deployed of template ? [...this.#deployed.values()].reverse() : []) {
      const reason = await this.#delete(template as Template, deployed, deployed.view.isRetainedWhenDeleted);
      if (reason !== undefined) return { status: 'DELETE_FAILED', reason };
      this.#set(deployed.view.logicalId, undefined);
    }
    this.#template = undefined;
    return { status: 'DELETE_COMPLETE' };
  }

  async #createOrUpdate(template: Template, view: CustomResourceView, changes: Change[]): Promise<void> {
    const { logicalId } = view;
    const properties = view.properties();
    const before = this.#deployed.get(logicalId);
    if (before && isDeepStrictEqual(before.properties, properties)) {
      this.#deployed.set(logicalId, { ...before, view });
      return;
    }
    if (before && before.properties.ServiceToken !== properties.ServiceToken)
      throw unsupported(`${logicalId}: an update of ServiceToken`);
    changes.push({ logicalId, before });
    const answer = before
      ? await this.#send(template, 'Update', view, properties, before)
      : await this.#send(template, 'Create', view, properties);
    if (answer.status === 'SUCCESS') {
      this.#set(logicalId, { view, properties, id: answer.id, attributes: answer.attributes });
      return;
    }
    // A rollback deletes a resource that could not be created, by the id of the answer.
    if (!before && answer.id !== undefined) this.#set(logicalId, { view, properties, id: answer.id, attributes: {} });
    throw new ResourceFailed(
      `${logicalId}: Received response status [FAILED] from custom resource. Message returned: ${answer.reason}`,
    );
  }

  /** @returns whether everything is as it was */
  async #rollBack(template: Template, changes: readonly Change[]): Promise<boolean> {
    let isUndone = true;
    for (const { logicalId, before } of [...changes].reverse()) {
      const now = this.#deployed.get(logicalId);
      if (!before) {
        if (now) await this.#delete(template, now, now.view.isRetainedWhenDeleted);
        this.#set(logicalId, undefined);
        continue;
      }
      const answer = await this.#send(template, 'Update', before.view, before.properties, now ?? before);
      if (answer.status === 'FAILED') {
        isUndone = false;
        continue;
      }
      this.#set(logicalId, { ...before, id: answer.id, attributes: answer.attributes });
      if (now && now.id !== answer.id) await this.#delete(template, now, now.view.isRetainedWhenReplaced);
    }
    return isUndone;
  }

  /** Deletes what was replaced, and what the template no longer has. A failure is no failure of the update. */
  async #cleanUp(template: Template, changes: readonly Change[]): Promise<void> {
    for (const { logicalId, before } of changes) {
      const isReplaced = before && before.id !== this.#deployed.get(logicalId)?.id;
      if (isReplaced) await this.#delete(template, before, before.view.isRetainedWhenReplaced);
    }
    const kept = new Set(template.customResources.map(({ logicalId }) => logicalId));
    for (const deployed of [...this.#deployed.values()].reverse()) {
      if (kept.has(deployed.view.logicalId)) continue;
      await this.#delete(template, deployed, deployed.view.isRetainedWhenDeleted);
      this.#set(deployed.view.logicalId, undefined);
    }
  }

  /** @returns why it could not be deleted */
  async #delete(template: Template, deployed: Deployed, isRetained: boolean): Promise<string | undefined> {
    if (isRetained) return undefined;
    const answer = await this.#send(template, 'Delete', deployed.view, deployed.properties, deployed);
    return answer.status === 'FAILED' ? answer.reason : undefined;
  }

  #set(logicalId: string, deployed: Deployed | undefined): void {
    if (!deployed) {
      this.#deployed.delete(logicalId);
      this.#identities.delete(logicalId);
      return;
    }
    this.#deployed.set(logicalId, deployed);
    this.#identities.set(logicalId, { ref: deployed.id, attributes: deployed.attributes });
  }

  async #send(
    { stackId }: Template,
    type: ResourceEvent['type'],
    { logicalId, type: resourceType, timeoutSeconds }: CustomResourceView,
    properties: JsonObject,
    before?: Deployed,
  ): Promise<ResourceAnswer> {
    const ids = { StackId: stackId, RequestId: randomUUID(), LogicalResourceId: logicalId };
    const url = this.answers.open(ids);
    const functionArn = asString(properties.ServiceToken, `${logicalId}.ServiceToken`);
    const answer = await this.#answerTo(functionArn, timeoutSeconds * 1_000, url, {
      RequestType: type,
      ...ids,
      ServiceToken: functionArn,
      ResourceType: resourceType,
      ResponseURL: `${this.options.endpoint()}${url}`,
      ResourceProperties: properties,
      ...(before ? { PhysicalResourceId: before.id } : {}),
      ...(before && type === 'Update' ? { OldResourceProperties: before.properties } : {}),
    });
    if (before && type === 'Delete' && answer.status === 'SUCCESS' && answer.id !== before.id)
      throw new Error(`${logicalId}: the answer to a deletion names ${show(answer.id)}, expected ${show(before.id)}`);
    this.events.push({
      type,
      logicalId,
      status: answer.status,
      ...(answer.status === 'FAILED' ? { reason: answer.reason } : {}),
    });
    return answer;
  }

  async #answerTo(
    functionArn: string,
    timeoutMs: number,
    url: string,
    event: RequestIds & JsonObject,
  ): Promise<ResourceAnswer> {
    let leftMs = timeoutMs;
    for (const pauseMs of [...RETRIES_AFTER_MS, undefined]) {
      const { kind } = await this.options.invoke(functionArn, event);
      const answer = this.answers.of(url);
      if (answer) return answer;
      if (kind === 'response' || pauseMs === undefined || pauseMs >= leftMs) break;
      await this.options.elapse(pauseMs);
      leftMs -= pauseMs;
    }
    await this.options.elapse(leftMs);
    const reason = `CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [${event.RequestId}].`;
    return this.answers.of(url) ?? { status: 'FAILED', reason };
  }
}
