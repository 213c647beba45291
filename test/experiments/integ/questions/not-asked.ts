/** What a question takes isn't there, or what was answered leaves it open. */
export class NotAsked extends Error {
  override readonly name = 'NotAsked';
}
