// Scores of 8-bit templates: integers, so that they are exact.
#include <string.h>

#include "check.h"
#include "vk_search.h"

enum { DIMENSION = 191, PAIRS = 96, BLOCKS = 5, TEMPLATES = BLOCKS * VK_SEARCH_BLOCK, QUERIES = 3 };

void check_searches(int isa) {
  const vk_search_kernels *kernels = vk_search_kernels_for((vk_isa)isa);
  if (!kernels) abort();
  int8_t *codes = calloc(TEMPLATES * PAIRS * 2, 1), code[PAIRS * 2] = {0};
  static int8_t plain[TEMPLATES][PAIRS * 2];
  float scales[TEMPLATES];
  for (int row = 0; row < TEMPLATES; row++) {
    float *template = numbers(DIMENSION, (uint32_t)row + 20);
    vk_template_code form = kernels->quantise(DIMENSION, template, code);
    double error = 0;
    for (int index = 0; index < DIMENSION; index++)
      error += pow(template[index] - (double)form.scale * code[index], 2);
    float found = (float)form.error;
    compare("quantise, error", &found, &error, 1, 1e-3);
    memcpy(plain[row], code, sizeof code);
    scales[row] = form.scale;
    for (int index = 0; index < PAIRS * 2; index++) {
      ptrdiff_t block = row / VK_SEARCH_BLOCK, lane = row % VK_SEARCH_BLOCK;
      ptrdiff_t place = ((block * PAIRS + index / 2) * VK_SEARCH_BLOCK + lane) * 2 + index % 2;
      codes[place] = index < DIMENSION ? code[index] : 0;
    }
    free(template);
  }
  int32_t words[QUERIES * PAIRS];
  int16_t query[QUERIES][PAIRS * 2];
  uint32_t seed = 30;
  for (int q = 0; q < QUERIES; q++)
    for (int index = 0; index < PAIRS * 2; index++) query[q][index] = (int16_t)(number(&seed) * 2000);
  memcpy(words, query, sizeof words);
  const float factors[QUERIES] = {0.5f, 1, 2};
  float *scores = numbers(QUERIES * TEMPLATES, 31);
  double want[QUERIES * TEMPLATES];
  for (int q = 0; q < QUERIES; q++)
    for (int row = 0; row < TEMPLATES; row++) {
      int64_t sum = 0;
      for (int index = 0; index < DIMENSION; index++) sum += (int64_t)query[q][index] * plain[row][index];
      want[q * TEMPLATES + row] = (double)factors[q] * scales[row] * (double)sum;
    }
  kernels->scores(BLOCKS, PAIRS, codes, scales, QUERIES, words, factors, scores, TEMPLATES);
  compare("scores", scores, want, QUERIES * TEMPLATES, 1e-6);
  int32_t indices[TEMPLATES];
  ptrdiff_t found = kernels->at_least(TEMPLATES, scores, 0, indices), expected = 0;
  checks++;
  for (int row = 0; row < TEMPLATES; row++)
    if (scores[row] >= 0 && (expected >= found || indices[expected++] != row)) failures++, printf("FAILED at_least\n");
  if (expected != found) failures++, printf("FAILED at_least: %td of %td\n", found, expected);
  free(codes), free(scores);
}
