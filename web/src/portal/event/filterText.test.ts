import { expect, it } from 'vitest';
import { filterText } from './filterText';

const everything = { includedEventTypes: null, subjectBeginsWith: '', subjectEndsWith: '' };

it('says nothing of a filter that lets everything pass', () => {
  expect(filterText(everything)).toEqual([]);
});

it('names every condition', () => {
  expect(
    filterText({
      includedEventTypes: ['Microsoft.Communication.SMSReceived', 'Other.Type'],
      subjectBeginsWith: '/phonenumber/',
      subjectEndsWith: '0100',
      advancedFilters: [
        { operatorType: 'StringIn', key: 'data.to', values: ['+1', '+33'] },
        { operatorType: 'NumberGreaterThan', key: 'data.n', value: 0 },
        { operatorType: 'IsNotNull', key: 'data.from' },
      ],
    }),
  ).toEqual([
    'SMSReceived, Other.Type',
    'subject ^ /phonenumber/',
    'subject $ 0100',
    'data.to StringIn "+1" | "+33"',
    'data.n NumberGreaterThan 0',
    'data.from IsNotNull',
  ]);
});
