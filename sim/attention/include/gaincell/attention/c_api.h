/**
 * @file
 * C interface of the behavioral attention simulator, for programs that embed it. Everything is float32, C order.
 * No function throws; errors come back as a code, with a text that belongs to the calling thread.
 */
#ifndef GAINCELL_ATTENTION_C_API_H
#define GAINCELL_ATTENTION_C_API_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Names are those of C. NOLINTBEGIN(readability-identifier-naming) */

/** A prepared simulator: model, settings, scalers. Calls that run it may come from several threads. */
typedef struct gaincell_attention gaincell_attention;

/** What can be set; gaincell_attention_defaults() fills in the published model's values. */
typedef struct gaincell_attention_settings {
  const char* model;                   /**< path of a model file, or "paper" */
  size_t heads;                        /**< H */
  size_t dimension;                    /**< D */
  size_t window;                       /**< tokens that are remembered; 0: all */
  size_t tile_columns;                 /**< columns that share an output conversion */
  int levels_q, levels_kv, levels_out; /**< 0: not quantized */
  double decay;                        /**< lambda per token; negative: from the model */
  int linear;                          /**< not 0: the linear intermediate model */
  int threads;
} gaincell_attention_settings;

/** One value per head each, or NULL for a = 1, b = 0. */
typedef struct gaincell_attention_scalers {
  const float *a_q, *b_q, *a_k, *b_k, *a_v, *b_v, *a_o, *b_o;
} gaincell_attention_scalers;

void gaincell_attention_defaults(gaincell_attention_settings* settings);

/** @return 0, or 1 with the reason in gaincell_attention_error(); *result is NULL then. */
int gaincell_attention_create(const gaincell_attention_settings* settings, const gaincell_attention_scalers* scalers,
                              gaincell_attention** result);
void gaincell_attention_destroy(gaincell_attention* simulator);

/** q, k, v, out: [batch, heads, tokens, dimension]. @return 0, or 1 with the reason in gaincell_attention_error(). */
int gaincell_attention_run(const gaincell_attention* simulator, size_t batch, size_t tokens, const float* q,
                           const float* k, const float* v, float* out);

/** The last error of this thread; empty when there was none. */
const char* gaincell_attention_error(void);

/* NOLINTEND(readability-identifier-naming) */

#ifdef __cplusplus
}
#endif
#endif
