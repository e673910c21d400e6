/* Two heads of attention on the published model, through the C interface. */
#include <gaincell/attention/c_api.h>
#include <stdio.h>

enum { HEADS = 2, TOKENS = 100, DIMENSION = 64, COUNT = HEADS * TOKENS * DIMENSION };

static float q[COUNT], k[COUNT], v[COUNT], out[COUNT];

int main(void) {
  for (int i = 0; i < COUNT; ++i) {
    q[i] = (float)(i * 37 % 101) / 100.0F;
    k[i] = (float)(i * 53 % 97) / 110.0F;
    v[i] = (float)(i * 29 % 89) / 100.0F;
  }
  gaincell_attention_settings settings;
  gaincell_attention_defaults(&settings);
  settings.heads = HEADS;
  settings.window = 64;
  gaincell_attention* simulator;
  if (gaincell_attention_create(&settings, NULL, &simulator) != 0 ||
      gaincell_attention_run(simulator, 1, TOKENS, q, k, v, out) != 0) {
    fprintf(stderr, "%s\n", gaincell_attention_error());
    return 1;
  }
  gaincell_attention_destroy(simulator);
  double sum = 0;
  for (int i = 0; i < COUNT; ++i) sum += out[i];
  printf("mean output %.6f\n", sum / COUNT);
  return 0;
}
