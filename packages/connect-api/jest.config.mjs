export default { displayName: 'connect-api', preset: '../../jest.preset.js' };
