import fc from 'fast-check';
import { JsonDocument } from '../../../bin/inventory/json';

test('a JSON document is one document, whatever it holds', () => {
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), (entries) => {
      let text = '';
      const document = new JsonDocument(
        (more) => {
          text += more;
        },
        { head: 1 },
        'list',
      );
      for (const entry of entries) document.add(entry);
      document.end({ tail: 2 });
      expect(JSON.parse(text)).toEqual({ head: 1, list: JSON.parse(JSON.stringify(entries)), tail: 2 });
    }),
    { numRuns: 50 },
  );
});
