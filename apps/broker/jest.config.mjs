export default { displayName: 'broker-app', preset: '../../jest.preset.js' };
