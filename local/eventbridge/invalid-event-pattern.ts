/** A pattern that AWS would refuse in `PutRule`. */
export class InvalidEventPattern extends Error {
  override readonly name = 'InvalidEventPatternException';

  constructor(reason: string) {
    super(`Event pattern is not valid. Reason: ${reason}`);
  }
}
