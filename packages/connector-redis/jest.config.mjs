export default { displayName: 'connector-redis', preset: '../../jest.preset.js' };
