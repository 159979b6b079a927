// Printed by numpy_initializers.py with numpy 1.24.2; do not edit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace gradus::golden {

inline const std::vector<double> kGlorot = {
    -0x1.078fc0a92c81dp-1, 0x1.5f780ebb5cb8ap-1,  -0x1.160aba7d01e92p-1, 0x1.8cdc1b7538a44p-1,  -0x1.5f92ab83ef2a0p-6,
    0x1.a7c02168abda8p-3,  0x1.f82eb537d321cp-2,  0x1.17603207546a0p-5,  -0x1.81484c71b00b4p-2, -0x1.280d7da3b0f8cp-1,
    -0x1.8d7955321350ap-1, 0x1.c41a0dca8a8f8p-2,  -0x1.e0cb7b07a37d0p-4, -0x1.5de4049e2909ep-1, 0x1.850e368e31ff0p-1,
    -0x1.ceabc1cbbc83cp-2, -0x1.5f4b19c305ef0p-3, -0x1.a1a0d81f41becp-2, 0x1.07c1f4860f954p-2,  0x1.470402fbf93f8p-3};
inline const std::vector<double> kNormal = {
    0x1.c3d1236911f14p-2,  -0x1.52cfa0066e3e2p-2, 0x1.372382a020f64p+1,  -0x1.02247070e5970p-2, 0x1.c0f63fce5e5b1p-4,
    0x1.951d7b8451247p+0,  -0x1.d186e8e6a458ep-1, -0x1.2eeb0001d9c49p-1, 0x1.80361ebcc0dc0p-3,  -0x1.51c96e226188ep-2,
    -0x1.3159058a2d828p+0, -0x1.a3964bc589ccdp-3, -0x1.6f70db00e9f08p-2, 0x1.34fa3ada8b83fp-1,  -0x1.aa2f94c0d63c7p+0,
    -0x1.667ddde872393p-1, 0x1.26c18faaa7e3fp+0,  0x1.db7a0b7de7bccp+0,  -0x1.82dca9daa7c03p+0, 0x1.4a2973f4620a9p-1};
inline const std::vector<double> kNormalWithBiases = {
    0x1.70f448da447c5p-1,  0x1.56982ffcc8e0fp-2, 0x1.b72382a020f64p+0, 0x1.7eedc7c78d348p-2,  0x1.1c0f63fce5e5bp-1,
    0x1.4a8ebdc228924p+0,  0x1.73c8b8cadd390p-5, 0x1.a229fffc4c76ep-3, 0x1.3006c3d7981b8p-1,  0x1.571b48eecf3b9p-2,
    -0x1.8ac82c516c140p-4, 0x1.971a6d0e9d8cdp-2, 0x1.4847927f8b07cp-2, 0x1.9a7d1d6d45c20p-1,  -0x1.545f2981ac78ep-2,
    0x1.3304442f1b8dap-3,  0x1.1360c7d553f20p+0, 0x1.6dbd05bef3de6p+0, -0x1.05b953b54f806p-2, 0x1.a514b9fa31054p-1,
    0x1.3db86cb252b20p-7,  0x1.252a2c5828e3cp-4, 0x1.066434eed4894p-4, 0x1.27ad0a6be4c72p-2,  0x1.ff16ae350658ap-1,
    0x1.b6613d8b63bdep-1};

}  // namespace gradus::golden
