export default { displayName: 'connector-postgres', preset: '../../jest.preset.js' };
