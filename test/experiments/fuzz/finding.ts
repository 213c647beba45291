/** Something that must not be, with the input that shows it. */
export class Finding extends Error {
  override readonly name = 'Finding';
}
